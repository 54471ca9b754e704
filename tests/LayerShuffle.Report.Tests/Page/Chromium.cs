using System.Collections.Concurrent;
using LayerShuffle.Report.Tests.Page;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace LayerShuffle.Report.Tests.Page;

/// <summary>One headless Chromium for all tests that open a page; they are skipped where there is none.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private readonly ConcurrentDictionary<string, IPage> open = [];
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

    /// <summary>A blank page.</summary>
    /// <param name="width">How wide it is.</param>
    /// <param name="scheme">Light or dark.</param>
    /// <param name="complaints">Told what the page complains of.</param>
    public async Task<IPage> Open(int width, ColorScheme scheme, ICollection<string> complaints)
    {
        Assert.SkipWhen(browser is null, "There is no Chromium here (apt-get install chromium, or name one in LAYERSHUFFLE_CHROMIUM).");
        IPage page = await browser!.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = 800 }, ColorScheme = scheme });
        string test = TestContext.Current.TestClass!.UniqueID;
        if (open.TryRemove(test, out IPage? before)) // a class's tests come one after the other: the page of the last one still works
            await before.CloseAsync();
        open[test] = page;
        page.SetDefaultTimeout(180_000); // milliseconds: a busy machine is no mistake of the page's
        page.Console += (_, said) =>
        {
            if (said.Type is "error" or "warning")
                complaints.Add(said.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        return page;
    }

    /// <summary>A file, opened as a person opens it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="width">How wide the page is.</param>
    /// <param name="scheme">Light or dark.</param>
    /// <param name="complaints">Told what the page complains of, and what it fetches from elsewhere.</param>
    public async Task<IPage> OpenFile(string file, int width, ColorScheme scheme, ICollection<string> complaints)
    {
        IPage page = await Open(width, scheme, complaints);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith("file:", StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                complaints.Add($"fetched {request.Url}");
        };
        await page.GotoAsync(new Uri(Path.GetFullPath(file)).AbsoluteUri);
        return page;
    }

    /// <summary>Keeps a picture for people to look at, where <c>LAYERSHUFFLE_SCREENSHOTS</c> names a folder.</summary>
    public static async Task Picture(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("LAYERSHUFFLE_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
    }
}
