using System.Globalization;

namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary><c>timeout: auto</c> on a real cluster whose network becomes twenty times slower for good, and loses nothing.</summary>
[Collection(WallCollection.Name)]
public sealed class SlowerNetworkTests(StruckRun run)
{
    [Fact]
    public async Task A_slower_network_is_learned()
    {
        await run.Program();
        Func<string, string>[] requests = [.. new Table(run.Folder, "requests.csv").Where("condition", "slower")];
        requests.Length.ShouldBe(StruckRun.Requests);
        requests.ShouldAllBe(row => row("outcome") == "completed");
        Func<string, string>[] later = [.. requests.Where(row => Number(row("submitted_ms")) > 3500)];
        later.Length.ShouldBeGreaterThan(40);
        // A machine that is busy may be late now and then; a timeout that does not learn skips nearly all four layers of every request.
        later.Average(row => row("skipped").Length == 0 ? 0 : row("skipped").Split(' ').Length).ShouldBeLessThan(0.2);
        // 3,000 before
        Func<string, string> condition = new Table(run.Folder, "conditions.csv").Where("condition", "slower").ShouldHaveSingleItem();
        int.Parse(condition("retries"), CultureInfo.InvariantCulture).ShouldBeLessThan(300);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
