using System.Text.Json;
using Deque.AxeCore.Commons;
using LayerShuffle.Report.Live;
using LayerShuffle.Report.Tests.Live;
using LayerShuffle.Results.Comparisons;
using Microsoft.Playwright;

namespace LayerShuffle.Report.Tests.Page;

/// <summary>All pages by the rules of axe-core (WCAG 2 A and AA, and best practices), light and dark, and by keyboard alone.</summary>
public sealed class AccessibilityTests(DrawnRun run, Chromium chromium) : IDisposable
{
    private const int MostTabs = 400;
    private readonly List<string> complaints = [];
    private readonly Scratch scratch = new();

    [Theory]
    [InlineData(1400, ColorScheme.Light)]
    [InlineData(380, ColorScheme.Dark)]
    public async Task The_report_breaks_no_rule(int width, ColorScheme scheme)
    {
        IPage page = await Report(width, scheme);
        await Judge(page);
        await page.Locator("#requests tbody button").First.ClickAsync();
        await Judge(page, "#journey");
        await Chromium.Picture(page, FormattableString.Invariant($"journey-{width}-{scheme}"));
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task A_comparison_breaks_no_rule(ColorScheme scheme)
    {
        ComparedRun one = ComparedRun.Read(run.Folder);
        ComparisonPage.Write(scratch.At("compared.html"), [Comparison.Of(one, one, [.. Comparison.Metrics]), Comparison.Of(one, one, ["top1"])]);
        IPage page = await chromium.OpenFile(scratch.At("compared.html"), 380, scheme, complaints);
        await Judge(page);
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(380);
        await Chromium.Picture(page, $"compare-{scheme}");
        complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(380, ColorScheme.Light)]
    [InlineData(1400, ColorScheme.Dark)]
    public async Task The_live_page_breaks_no_rule(int width, ColorScheme scheme)
    {
        using var watched = new WatchedRun();
        using LiveServer server = watched.Serve();
        IPage page = await chromium.Open(width, scheme, complaints);
        await page.GotoAsync(server.Address.AbsoluteUri);
        watched.Goes();
        await page.Locator("#requests tbody tr").First.WaitForAsync();
        await Judge(page);
        complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_tab_key_reaches_everything_that_can_be_used_and_shows_where_it_is()
    {
        IPage page = await Report(1400, ColorScheme.Light);
        List<string> reached = [];
        for (int i = 0; i < MostTabs; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            string[] at = await page.EvaluateAsync<string[]>(Focused);
            if (at[0] == "BODY" || (reached.Count > 0 && at[0] == reached[0]))
                break;
            at[1].ShouldBe("seen", at[0]);
            reached.Add(at[0]);
        }

        reached[0].ShouldBe("a: Skip to the results");
        string[] usable = await page.EvaluateAsync<string[]>(Usable);
        usable.Except(reached).ShouldBeEmpty();
        foreach (string one in (string[])["button: Play", "input: when", "select: speed", "select: replay-trial", "button: p95 ms",
            "button: Open the journey of request 10"])
            reached.ShouldContain(one);
        reached.IndexOf("button: Play").ShouldBeLessThan(reached.IndexOf("input: when"), "in the order in which it is read");
    }

    [Fact]
    public async Task The_replay_and_a_journey_are_used_by_keyboard()
    {
        IPage page = await Report(1400, ColorScheme.Light);
        await page.Locator("#when").FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        string clock = (await page.Locator("#clock").TextContentAsync())!;
        clock.ShouldNotStartWith("0.0 ms");
        (await page.Locator("#when").GetAttributeAsync("aria-valuetext"))!.ShouldBe(clock.Split(" of ")[0]);
        await page.Keyboard.PressAsync("End");
        (await page.Locator("#clock").TextContentAsync())!.ShouldStartWith("425 ms of 425 ms");
        await page.Locator("#speed").SelectOptionAsync("0.1"); // it must still play when it is asked, however busy the machine is
        await page.Locator("#play").FocusAsync();
        await page.Keyboard.PressAsync("Space"); // from the beginning again
        (await page.Locator("#play").TextContentAsync()).ShouldBe("Pause");
        await page.Keyboard.PressAsync("Space");
        ILocator journey = page.Locator("#requests tbody button").First;
        await journey.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        (await page.Locator("#journey").GetAttributeAsync("open")).ShouldNotBeNull();
        await page.Keyboard.PressAsync("Escape");
        (await journey.EvaluateAsync<bool>("button => button === document.activeElement")).ShouldBeTrue("the focus is back where it was");
        complaints.ShouldBeEmpty();
    }

    public void Dispose() => scratch.Dispose();

    /// <summary>What has the focus, and whether somebody sees that.</summary>
    private const string Focused = """
        () => {
          const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
          if (e === document.body) return ['BODY', ''];
          const name = e.getAttribute('aria-label') || (['INPUT', 'SELECT'].includes(e.tagName) && e.id) || e.textContent.trim().slice(0, 60) || e.placeholder;
          const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
          const hidden = box.width < 1 || box.bottom < 0 || box.top > innerHeight;
          return [`${e.tagName.toLowerCase()}: ${name}`, !ring ? 'no ring' : hidden ? 'out of sight' : 'seen'];
        }
        """;

    /// <summary>What can be used with a pointer: sort headers, fields, buttons, links that are shown.</summary>
    private const string Usable = """
        () => [...document.querySelectorAll('a[href], button, input, select, summary')].filter(e => e.getClientRects().length).map(e => {
          const name = e.getAttribute('aria-label') || (['INPUT', 'SELECT'].includes(e.tagName) && e.id) || e.textContent.trim().slice(0, 60) || e.placeholder;
          return `${e.tagName.toLowerCase()}: ${name}`;
        })
        """;

    private Task<IPage> Report(int width, ColorScheme scheme) =>
        chromium.OpenFile(Path.Combine(run.Folder, RunReport.PageFile), width, scheme, complaints);

    /// <summary>What axe-core finds, asked within the page: all that it has passed need not be carried out of there for it to be counted.</summary>
    private const string Axe = """
        async part => {
          const judged = await axe.run(part ?? document, { resultTypes: ['violations'], elementRef: false });
          return {
            passes: judged.passes.length,
            violations: judged.violations.flatMap(rule => rule.nodes.map(node => `${node.impact} ${rule.id}: ${rule.help}: ${node.html}`)),
          };
        }
        """;

    private static async Task Judge(IPage page, string? part = null)
    {
        if (!await page.EvaluateAsync<bool>("'axe' in window"))
            await page.EvaluateAsync(new BundledAxeScriptProvider().GetScript());
        JsonElement judged = (await page.EvaluateAsync(Axe, part))!.Value;
        judged.GetProperty("passes").GetInt32().ShouldBeGreaterThan(10, "it judged something");
        judged.GetProperty("violations").EnumerateArray().Select(violation => violation.GetString()).ShouldBeEmpty();
    }
}
