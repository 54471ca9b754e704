using Microsoft.Playwright;

namespace LayerShuffle.Report.Tests.Page;

/// <summary>The page, opened in headless Chromium as a person opens it. Skipped where there is none.</summary>
public sealed class BrowserTests(DrawnRun run, Chromium chromium)
{
    private readonly List<string> complaints = [];

    [Fact]
    public async Task It_says_shows_sorts_plays_and_prints_without_an_error()
    {
        IPage page = await Open(1400);
        string[] titles = [.. await page.Locator("section > h2").AllTextContentsAsync()];
        titles.ShouldBe(["Accuracy", "Swept quantities", "What it costs", "Latency", "Over time", "Replay", "Layers", "Asked and happened", "Training",
            "Expectations", "Scenario", "How it was made"]);
        (await page.Locator("figure .plot svg").CountAsync()).ShouldBe(await page.Locator("figure").CountAsync());
        (await page.Locator("h1").TextContentAsync()).ShouldBe("sample");
        await LabelsFit(page);
        await Sorts(page);
        await Filters(page);
        await Plays(page);
        await Opens(page);
        (await page.PdfAsync()).Length.ShouldBeGreaterThan(20_000);
        complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(380, ColorScheme.Dark)]
    [InlineData(380, ColorScheme.Light)]
    [InlineData(1400, ColorScheme.Dark)]
    public async Task It_fits(int width, ColorScheme scheme)
    {
        IPage page = await Open(width, scheme);
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width);
        string[] pale = await page.EvaluateAsync<string[]>(Pale);
        pale.ShouldBeEmpty();
        complaints.ShouldBeEmpty();
    }

    /// <summary>Texts whose contrast is below that of WCAG's AA (4.5 to 1).</summary>
    private const string Pale = """
        () => {
          const parts = c => { const m = c.match(/[\d.]+/g).map(Number); return m.length > 3 && m[3] === 0 ? null : m; };
          const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
            return .2126 * r + .7152 * g + .0722 * b; };
          const ground = e => {
            for (; e; e = e.parentElement) { const c = parts(getComputedStyle(e).backgroundColor); if (c) return c; }
            return [255, 255, 255]; };
          const found = new Set();
          for (const e of document.querySelectorAll('p, li, a, h1, h2, td, th, dt, dd, button, label, caption, summary, figcaption span, .plot text')) {
            if (!e.textContent.trim() || !e.getClientRects().length) continue;
            const style = getComputedStyle(e), ink = parts(e.tagName === 'text' ? style.fill : style.color);
            const [a, b] = [light(ink), light(ground(e.parentElement && e.tagName === 'text' ? e.closest('figure') : e))];
            if ((Math.max(a, b) + .05) / (Math.min(a, b) + .05) < 4.5) found.add(e.tagName + ': ' + e.textContent.trim().slice(0, 40));
          }
          return [...found];
        }
        """;

    private Task<IPage> Open(int width, ColorScheme scheme = ColorScheme.Light) =>
        chromium.OpenFile(Path.Combine(run.Folder, RunReport.PageFile), width, scheme, complaints);

    /// <summary>Names that are too wide keep both ends.</summary>
    private static async Task LabelsFit(IPage page)
    {
        string fits = await page.EvaluateAsync<string>("fitText('first ' + 'W'.repeat(80) + ' last', 200)");
        fits.ShouldStartWith("first W");
        fits.ShouldEndWith("W last");
        (await page.EvaluateAsync<double>("text => textWidth(text)", fits)).ShouldBeInRange(160, 200);
    }

    private static async Task Sorts(IPage page)
    {
        ILocator head = page.Locator("#conditions th").Filter(new() { HasText = "p95 ms" });
        await head.Locator("button").FocusAsync();
        await page.Keyboard.PressAsync("Enter"); // by keyboard
        (await head.GetAttributeAsync("aria-sort")).ShouldBe("ascending");
        int column = await head.EvaluateAsync<int>("head => head.cellIndex");
        double[] Values(IReadOnlyList<string> cells) => [.. cells.Select(cell => double.Parse(cell, System.Globalization.CultureInfo.InvariantCulture))];
        double[] up = Values(await page.Locator($"#conditions tbody td:nth-child({column + 1})").AllTextContentsAsync());
        up.ShouldBe(up.Order());
        await head.Locator("button").ClickAsync();
        Values(await page.Locator($"#conditions tbody td:nth-child({column + 1})").AllTextContentsAsync()).ShouldBe(up.OrderDescending());
    }

    private static async Task Filters(IPage page)
    {
        await page.Locator("#conditions input").FillAsync("hasty loss=2.5%");
        (await page.Locator("#conditions tbody tr:visible").CountAsync()).ShouldBe(2);
        (await page.Locator("#conditions .count").TextContentAsync()).ShouldBe("2 of 12 rows");
        await page.Locator("#conditions input").FillAsync("");
    }

    private static async Task Plays(IPage page)
    {
        string before = (await page.Locator("#clock").TextContentAsync())!;
        before.ShouldStartWith("0.0 ms of");
        await page.Locator("#when").FocusAsync();
        await page.Locator("#when").EvaluateAsync("slider => { slider.value = 250; slider.dispatchEvent(new Event('input')); }");
        (await page.Locator("#clock").TextContentAsync())!.ShouldStartWith("106 ms of 425 ms");
        (await page.Locator("#clock").TextContentAsync())!.ShouldContain("In force: outage: crash of");
        string still = await page.Locator("#stage").EvaluateAsync<string>("stage => stage.toDataURL()");
        await page.Locator("#speed").SelectOptionAsync("0.1"); // it must still play when it is asked, however busy the machine is
        await page.Locator("#play").ClickAsync();
        await page.WaitForFunctionAsync("still => document.getElementById('stage').toDataURL() !== still", still);
        (await page.Locator("#play").TextContentAsync()).ShouldBe("Pause");
        await page.Locator("#play").ClickAsync();
    }

    private static async Task Opens(IPage page)
    {
        await page.Locator("#requests tbody tr").First.Locator("button").ClickAsync();
        (await page.Locator("#journey").GetAttributeAsync("open")).ShouldNotBeNull();
        (await page.Locator("#journey tbody tr").CountAsync()).ShouldBe(3);
        await page.Keyboard.PressAsync("Escape");
        (await page.Locator("#journey").GetAttributeAsync("open")).ShouldBeNull();
    }
}
