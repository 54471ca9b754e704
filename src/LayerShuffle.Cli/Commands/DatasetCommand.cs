using System.CommandLine;
using System.Globalization;
using LayerShuffle.Cli.Terminal;
using LayerShuffle.Datasets;
using LayerShuffle.Datasets.Downloads;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Telling;

namespace LayerShuffle.Cli.Commands;

/// <summary><c>dataset get</c>: public datasets from their makers.</summary>
internal static class DatasetCommand
{
    /// <summary>Its name.</summary>
    public const string Name = "dataset";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Command Create(Surroundings surroundings)
    {
        string names = string.Join(", ", PublicDataset.All.Select(dataset => dataset.Name));
        var name = new Argument<string>("name") { HelpName = "NAME", Description = $"The dataset: {names}." };
        Option<string> to = PathWord.Needed("--to", "DIR", "The folder to put it into, which must be empty or not there yet.");
        var from = new Option<string?>("--from") { Description = "A mirror: where files of the same names lie. Their hashes are checked.", HelpName = "URL" };
        var get = new Command("get", "Downloads a public dataset from its official address, checks its hash and unpacks it; goes on where it was stopped.")
        {
            name, to, from,
        };
        get.SetAction((parsed, cancellation) => Get(parsed.GetValue(name)!, parsed.GetValue(to)!, parsed.GetValue(from),
            CommandLine.Log(parsed, surroundings), surroundings, cancellation));
        return new Command(Name, "Public datasets.") { get };
    }

    private static async Task<int> Get(string name, string folder, string? from, RunLog log, Surroundings surroundings, CancellationToken cancellation)
    {
        PublicDataset dataset = PublicDataset.All.FirstOrDefault(each => each.Name == name)
            ?? throw new UsageException($"There is no dataset `{name}` to get. Expected one of "
                + $"{string.Join(", ", PublicDataset.All.Select(each => each.Name))}.");
        Uri? mirror = from is null ? null
            : Uri.TryCreate(from, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps) ? uri
            : throw new UsageException($"--from {from}: expected an address that begins with http:// or https://.");
        using var handler = new SocketsHttpHandler { ConnectTimeout = Patience };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            await new DatasetDownload(client, log.Line, (file, done, all) => log.Status(() => Progress(file, done, all)))
                .Get(dataset, folder, mirror, cancellation).ConfigureAwait(false);
        }
        catch (DatasetException problem)
        {
            throw new RunFailedException(problem.Message);
        }
        finally
        {
            log.ClearStatus();
        }

        surroundings.Output.WriteLine($"{dataset.Name} is in {folder}. In a scenario: dataset: {{kind: {dataset.Kind}, path: {folder}}}");
        return ExitCodes.Done;
    }

    private static string Progress(string file, long done, long? all) => all is { } whole && whole > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{file}: {done / 1e6:0.0} of {whole / 1e6:0.0} MB ({Percent.Of((double)done / whole)})")
        : string.Create(CultureInfo.InvariantCulture, $"{file}: {done / 1e6:0.0} MB");
}
