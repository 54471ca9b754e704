using LayerShuffle.EndToEnd.Tests;

[assembly: AssemblyFixture(typeof(ReferenceRun))]

namespace LayerShuffle.EndToEnd.Tests;

/// <summary><see cref="TinyScenario.Trained"/> run once, from nothing to its end, by whoever asks first. The other runs are held against it.</summary>
public sealed class ReferenceRun : IDisposable
{
    private readonly Workplace place = new();
    private readonly Lazy<Task<Program>> run;

    public ReferenceRun() => run = new(() => place.Run("run", place.Write("tiny.yaml", TinyScenario.Trained), "--output", "out"));

    /// <summary>Where it ran; the results are in <c>out</c>.</summary>
    internal async Task<Workplace> Place()
    {
        await Program();
        return place;
    }

    internal async Task<Program> Program()
    {
        Program program = await run.Value;
        program.ShouldEndWith(0);
        return program;
    }

    public void Dispose() => place.Dispose();
}
