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
    public string Of(int done, int total) => Of(done, total, 1, "");

    /// <summary>Likewise, with the rate in what each of them consists of, such as <c>296 images/s, 12 min left</c>.</summary>
    /// <param name="done">Done so far.</param>
    /// <param name="total">In all.</param>
    /// <param name="each">How much each is.</param>
    /// <param name="unit">Of what.</param>
    public string Of(int done, int total, int each, string unit)
    {
        first ??= (time.GetTimestamp(), done);
        TimeSpan passed = time.GetElapsedTime(first.Value.At);
        if (passed < Least || done <= first.Value.Done)
            return "";
        double rate = (done - first.Value.Done) / passed.TotalSeconds, shown = rate * each;
        return string.Create(CultureInfo.InvariantCulture,
            $"{shown.ToString(shown >= 10 ? "0" : "0.#", CultureInfo.InvariantCulture)}{(unit.Length > 0 ? " " + unit : "")}/s, "
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
