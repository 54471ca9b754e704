namespace LayerShuffle.Scenarios.Specs;

/// <summary>The clocks on which a scenario can run.</summary>
public enum ScenarioClock
{
    /// <summary>Virtual time in one process: deterministic, as fast as it computes.</summary>
    Virtual,

    /// <summary>Real time: every node is a process, here or on another machine.</summary>
    Wall,
}
