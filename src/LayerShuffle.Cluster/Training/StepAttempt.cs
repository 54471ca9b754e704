namespace LayerShuffle.Cluster.Training;

/// <summary>
/// One attempt at one step. Attempts are counted on and on, never anew at the next step or the next training of a cluster: the greater number is the later one, also where a training was
/// resumed from an earlier step; within one number steps follow each other.
/// </summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">The attempt's number.</param>
internal readonly record struct StepAttempt(int Step, int Attempt) : IComparable<StepAttempt>
{
    public static bool operator <(StepAttempt a, StepAttempt b) => a.CompareTo(b) < 0;

    public static bool operator >(StepAttempt a, StepAttempt b) => a.CompareTo(b) > 0;

    public int CompareTo(StepAttempt other) => Attempt != other.Attempt ? Attempt.CompareTo(other.Attempt) : Step.CompareTo(other.Step);
}
