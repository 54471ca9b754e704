using LayerShuffle.Core.Logs;

namespace LayerShuffle.Cluster.Tests;

/// <summary>A log whose lines a test hears.</summary>
/// <param name="heard">Told of each.</param>
/// <param name="verbose">Whether details and warnings of libraries are told, too.</param>
internal sealed class HeardLog(Action<string> heard, bool verbose = false) : LineSink(verbose)
{
    protected override void Write(string line) => heard(line);
}
