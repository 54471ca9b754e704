namespace LayerShuffle.Cluster.Trials;

/// <summary>A model that is told what a trial is going to ask, so that it can compute ahead. What is told is a guess: losses and faults change orders.</summary>
internal interface IForeseeing
{
    /// <summary>A trial begins.</summary>
    /// <param name="requests">How many requests there are, numbered from 0.</param>
    /// <param name="images">A request's images.</param>
    /// <param name="order">The layers that are planned for it, in their order.</param>
    void Foresee(int requests, Func<int, int[]> images, Func<int, int[]> order);
}
