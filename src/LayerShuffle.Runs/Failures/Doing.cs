namespace LayerShuffle.Runs.Failures;

/// <summary>Says of an exception what was being done when it was thrown, from the inside out.</summary>
internal static class Doing
{
    private const string Key = "LayerShuffle.while";

    /// <summary>Does something.</summary>
    /// <param name="what">What it is, after “while”; asked for only when it fails.</param>
    /// <param name="action">The thing.</param>
    public static T While<T>(Func<string> what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (Note(e, what))
        {
            throw; // never reached: the note is taken on the way
        }
    }

    /// <summary>Does something.</summary>
    public static void While(Func<string> what, Action action) => While(what, () =>
    {
        action();
        return true;
    });

    /// <summary>What was being done, from the inside out; empty where nothing is known.</summary>
    public static IReadOnlyList<string> Of(Exception exception) => exception.Data[Key] as List<string> ?? [];

    private static bool Note(Exception exception, Func<string> what)
    {
        if (exception.Data[Key] is not List<string> list)
            exception.Data[Key] = list = [];
        list.Add(what());
        return false;
    }
}
