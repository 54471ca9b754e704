using System.Net;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Report.Live;
using LayerShuffle.Report.Tests.Page;
using Microsoft.Playwright;

namespace LayerShuffle.Report.Tests.Live;

/// <summary>The live page, opened in headless Chromium. Skipped where there is none.</summary>
public sealed class LivePageTests(DrawnRun run, Chromium chromium)
{
    private const string Hostile = "<img src=x onerror=\"document.title='taken'\">";
    private static readonly TrialKey[] Keys = [new(0, "shuffled", 0, "default", "calm", 0), new(1, "shuffled", 0, "default", Hostile, 0)];
    private readonly List<string> complaints = [];
    private readonly LiveState state = new();

    [Theory]
    [InlineData(380, ColorScheme.Dark)]
    [InlineData(1400, ColorScheme.Light)]
    public async Task It_shows_what_goes_on_fits_and_opens_the_report(int width, ColorScheme scheme)
    {
        IPage page = await chromium.Open(width, scheme, complaints);
        using LiveServer server = LiveServer.Start(state, "127.0.0.1", IPAddress.Loopback, 0, "0123456789abcdef", TimeProvider.System);
        state.Named("watched " + Hostile);
        await page.GotoAsync(server.Address.AbsoluteUri);
        state.Planned(Keys);
        state.Trains(new LiveTraining("shuffled", 3, 12, 1, 4, 1.25, "296 images/s, 12 min left"));
        state.Trains(new LiveTraining("plain", 2, 12, 1, 4, 2.5, ""));
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
        (await page.Locator("#trained").TextContentAsync())!.ShouldEndWith("Beside itplain, step 2 of 12, loss 2.500");
        (await page.Locator("#log").TextContentAsync()).ShouldBe("warning: " + Hostile);
        (await page.TitleAsync()).ShouldBe($"watched {Hostile}: live");
        (await page.Locator("img").CountAsync()).ShouldBe(0);
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width);

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
        IPage page = await chromium.Open(1400, ColorScheme.Light, complaints);
        using LiveServer server = LiveServer.Start(state, "127.0.0.1", IPAddress.Loopback, 0, token: null, TimeProvider.System);
        await page.GotoAsync(server.Address.AbsoluteUri);
        server.End(new LiveEnd("failed", 3, "The disk is full.", false), null);
        await page.Locator("body[data-ended=failed]").WaitForAsync();
        (await page.Locator("#status").TextContentAsync()).ShouldBe("The run has failed, exit code 3. The disk is full.");
    }

    /// <summary>Figures and news are told each at its own time: what a run has drawn already is not hidden by the news that it has begun.</summary>
    [Fact]
    public async Task Figures_that_come_before_the_news_of_their_run_stay()
    {
        IPage page = await chromium.Open(1400, ColorScheme.Light, complaints);
        using var watched = new WatchedRun();
        using LiveServer server = watched.Serve();
        watched.Begins();
        string figures = new LiveViews(watched.State, TimeProvider.System).News(-1, out _)!, news = watched.State.News(new LiveCursor())!;
        await page.RouteAsync("**/events*", route => route.FulfillAsync(new()
        {
            ContentType = "text/event-stream",
            Body = $"event: views\ndata: {figures}\n\nevent: state\ndata: {news}\n\n",
        }));
        await page.GotoAsync(server.Address.AbsoluteUri);
        await page.Locator("#rows tr").First.WaitForAsync();
        (await page.Locator("#training figure .plot svg").IsVisibleAsync()).ShouldBeTrue();
        complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(380, ColorScheme.Dark)]
    [InlineData(1400, ColorScheme.Light)]
    public async Task It_draws_what_is_measured_so_far_and_plays_the_last_trial(int width, ColorScheme scheme)
    {
        IPage page = await chromium.Open(width, scheme, complaints);
        using var watched = new WatchedRun();
        using LiveServer server = watched.Serve();
        await page.GotoAsync(server.Address.AbsoluteUri);
        watched.Begins();
        await page.Locator("#training figure .plot svg").WaitForAsync();
        watched.Finishes(0);
        await page.Locator("#requests tbody tr").First.WaitForAsync(); // the first trial can be played at once
        (await page.Locator("#requests tbody tr").CountAsync()).ShouldBe(40);
        (await page.Locator("#offer").IsHiddenAsync()).ShouldBeTrue();
        for (int trial = 1; trial < watched.Trials; trial++)
            watched.Finishes(trial);
        await page.Locator("#figure-latency-3 .plot svg").WaitForAsync();
        foreach (string figure in (string[])["training", "accuracy", "latency", "latency-2", "timeline"])
            (await page.Locator($"#figure-{figure} .plot svg").CountAsync()).ShouldBe(1, figure);
        (await page.Locator("#rows tr").CountAsync()).ShouldBe(watched.Trials);
        await page.Locator("#when").EvaluateAsync("slider => { slider.value = 250; slider.dispatchEvent(new Event('input')); }");
        (await page.Locator("#clock").TextContentAsync())!.ShouldContain("In force: outage: crash of node-1");
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width);
        await Chromium.Picture(page, FormattableString.Invariant($"live-{width}"));
        complaints.ShouldBeEmpty();
    }
}
