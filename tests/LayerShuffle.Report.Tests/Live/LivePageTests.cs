using System.Net;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Report.Live;
using Microsoft.Playwright;

namespace LayerShuffle.Report.Tests.Live;

/// <summary>The live page, opened in headless Chromium. Skipped where there is none.</summary>
public sealed class LivePageTests(DrawnRun run) : IAsyncLifetime
{
    private const string Hostile = "<img src=x onerror=\"document.title='taken'\">";
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private static readonly TrialKey[] Keys = [new(0, "shuffled", 0, "default", "calm", 0), new(1, "shuffled", 0, "default", Hostile, 0)];
    private readonly List<string> complaints = [];
    private readonly LiveState state = new();
    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        string? program = Environment.GetEnvironmentVariable("LAYERSHUFFLE_CHROMIUM") ?? Places.FirstOrDefault(File.Exists);
        if (program is null)
            return;
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = ["--no-sandbox"] });
    }

    [Theory]
    [InlineData(380, ColorScheme.Dark)]
    [InlineData(1400, ColorScheme.Light)]
    public async Task It_shows_what_goes_on_fits_and_opens_the_report(int width, ColorScheme scheme)
    {
        Assert.SkipWhen(browser is null, "There is no Chromium here (apt-get install chromium, or name one in LAYERSHUFFLE_CHROMIUM).");
        using LiveServer server = LiveServer.Start(state, "127.0.0.1", IPAddress.Loopback, 0, "0123456789abcdef", TimeProvider.System);
        IPage page = await browser!.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = 800 }, ColorScheme = scheme });
        page.Console += (_, said) => complaints.Add(said.Text);
        page.PageError += (_, error) => complaints.Add(error);
        state.Named("watched " + Hostile);
        await page.GotoAsync(server.Address.AbsoluteUri);
        state.Planned(Keys);
        state.Trains(new LiveTraining("shuffled", 3, 12, 1, 4, 1.25, "296 images/s, 12 min left"));
        state.Began(Keys[1]);
        state.Progressed(Keys[1], 15, 60);
        state.Struck(new LedgerEntry(new Instant(200_000_000), "outage", "crash", Hostile, "already_down"));
        state.Said("warning: " + Hostile);

        await page.Locator("#faults li").First.WaitForAsync();
        (await page.Locator("#faults li").TextContentAsync()).ShouldBe($"200 ms outage (crash): {Hostile} already down · shuffled, {Hostile}");
        (await page.Locator("#rows tr").CountAsync()).ShouldBe(2);
        (await page.Locator("#rows tr").Nth(1).Locator("bdi").Nth(1).TextContentAsync()).ShouldBe(Hostile);
        (await page.Locator("#rows tr").Nth(1).Locator(".share").TextContentAsync()).ShouldBe("25%");
        (await page.Locator("#trials").TextContentAsync())!.ShouldStartWith("0 of 2 trials");
        (await page.Locator("#trained").TextContentAsync())!.ShouldContain("296 images/s, 12 min left");
        (await page.Locator("#log").TextContentAsync()).ShouldBe("warning: " + Hostile);
        (await page.TitleAsync()).ShouldBe($"watched {Hostile}: live");
        (await page.Locator("img").CountAsync()).ShouldBe(0);
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width);
        if (Environment.GetEnvironmentVariable("LAYERSHUFFLE_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, FormattableString.Invariant($"live-{width}.png")), FullPage = true });

        server.End(new LiveEnd("done", 0, "", false), Path.Combine(run.Folder, RunReport.PageFile));
        await page.WaitForURLAsync("**/report?token=*");
        (await page.Locator("h1").TextContentAsync()).ShouldBe("sample");
        server.HandOver(TestContext.Current.CancellationToken);
        server.Dispose();
        await page.Locator("#when").EvaluateAsync("slider => { slider.value = 250; slider.dispatchEvent(new Event('input')); }");
        (await page.Locator("#clock").TextContentAsync())!.ShouldStartWith("106 ms of 425 ms", customMessage: "the report needs the server no more");
        complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_report_it_says_how_it_ended()
    {
        Assert.SkipWhen(browser is null, "There is no Chromium here (apt-get install chromium, or name one in LAYERSHUFFLE_CHROMIUM).");
        using LiveServer server = LiveServer.Start(state, "127.0.0.1", IPAddress.Loopback, 0, token: null, TimeProvider.System);
        IPage page = await browser!.NewPageAsync();
        await page.GotoAsync(server.Address.AbsoluteUri);
        server.End(new LiveEnd("failed", 3, "The disk is full.", false), null);
        await page.Locator("body[data-ended=failed]").WaitForAsync();
        (await page.Locator("#status").TextContentAsync()).ShouldBe("The run has failed, exit code 3. The disk is full.");
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
    }
}
