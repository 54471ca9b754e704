using Microsoft.Extensions.Logging;

namespace LayerShuffle.Core.Logs;

/// <summary>
/// Sentences for people, at the levels of a log. They are said as they are: nothing in them is a template, whatever stands in the name of a file or node.
/// </summary>
public static class Sentences
{
    /// <summary>The categories that are ours begin so; all others are those of libraries.</summary>
    public const string Ours = "LayerShuffle";

    /// <summary>The category of Akka's own log, as Akka.Hosting names it.</summary>
    public const string Akka = "Akka.Actor.ActorSystem";

    /// <summary>What is shown always.</summary>
    public static void Say(this ILogger log, string sentence) => Log(log, LogLevel.Information, sentence);

    /// <summary>What is shown always, and may need to be acted on.</summary>
    public static void Warn(this ILogger log, string sentence) => Log(log, LogLevel.Warning, sentence);

    /// <summary>What is only shown to who asks for more.</summary>
    public static void Detail(this ILogger log, string sentence) => Log(log, LogLevel.Debug, sentence);

    private static void Log(ILogger log, LogLevel level, string sentence) => log.Log(level, default, sentence, null, static (text, _) => text);
}
