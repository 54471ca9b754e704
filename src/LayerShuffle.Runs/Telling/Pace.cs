using System.Globalization;

namespace LayerShuffle.Runs.Telling;

/// <summary>How fast something goes, and how long it will take: from what was done since it was first looked at, as a run may begin in the middle.</summary>
internal sealed class Pace(TimeProvider time)
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1); // before that a guess is worth nothing
    private (long At, int Done)? first;

    /// <summary>Rate and time left, such as <c>12.3/s, 42 s left</c>; blank while nothing can be said.</summary>
    /// <param name="done">Done so far.</param>
    /// <param name="total">In all.</param>
    public string Of(int done, int total)
    {
        first ??= (time.GetTimestamp(), done);
        TimeSpan passed = time.GetElapsedTime(first.Value.At);
        if (passed < Least || done <= first.Value.Done)
            return "";
        double rate = (done - first.Value.Done) / passed.TotalSeconds;
        return string.Create(CultureInfo.InvariantCulture,
            $"{(rate >= 10 ? rate.ToString("0", CultureInfo.InvariantCulture) : rate.ToString("0.#", CultureInfo.InvariantCulture))}/s, "
                + $"{Left(Math.Max(0, total - done) / rate)}");
    }

    /// <summary>A time left, for the eye.</summary>
    public static string Left(double seconds) => seconds switch
    {
        < 59.5 => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(seconds):0} s left"),
        < 3570 => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(seconds / 60):0} min left"),
        < 360_000 => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds / 3600):0} h {Math.Floor(seconds % 3600 / 60):00} min left"),
        _ => "days left",
    };
}
