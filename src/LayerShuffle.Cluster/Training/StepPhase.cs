namespace LayerShuffle.Cluster.Training;

/// <summary>How far the training coordinator is with a step.</summary>
internal enum StepPhase
{
    /// <summary>There is none.</summary>
    Idle,

    /// <summary>Micro-batches are underway, forward or backward.</summary>
    Running,

    /// <summary>Every micro-batch is back; layers report their gradient norms.</summary>
    Preparing,

    /// <summary>All have prepared: the step is decided, and the layers apply it.</summary>
    Committing,
}
