using System.Runtime.CompilerServices;
using LayerShuffle.Core;
using TorchSharp;

namespace LayerShuffle.Vision;

/// <summary>Whether libtorch is there, and a sentence if it is not: what TorchSharp throws then is a page of paths that it has tried.</summary>
public static class TorchLibrary
{
    /// <summary>TorchSharp's version; null if it is not there.</summary>
    public static string? Version
    {
        get
        {
            try
            {
                return ReadVersion();
            }
            catch (Exception exception) when (IsMissing(exception))
            {
                return null;
            }
        }
    }

    /// <summary>Loads it.</summary>
    /// <exception cref="ClusterException">It cannot be loaded.</exception>
    public static void Need()
    {
        try
        {
            Load();
        }
        catch (Exception exception) when (Explain(exception) is { } sentence)
        {
            throw new ClusterException(sentence, exception);
        }
    }

    /// <summary>The sentence for an exception that means that libtorch, or what goes with it, cannot be loaded; null: it means something else.</summary>
    public static string? Explain(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (IsMissing(cause))
            {
                return $"libtorch cannot be loaded on this machine ({Innermost(cause).Message.Split('\n')[0].Trim().TrimEnd('.')}). The program's folder must "
                    + "be whole: TorchSharp, LibTorchSharp and libtorch for this system and "
                    + "processor lie in it or under runtimes/. Copy all of it, or build it here with `dotnet build -c Release`.";
            }
        }

        return null;
    }

    private static bool IsMissing(Exception exception) => exception switch
    {
        FileNotFoundException file => IsOurs(file.FileName),
        FileLoadException file => IsOurs(file.FileName),
        BadImageFormatException file => IsOurs(file.FileName),
        DllNotFoundException library => library.Message.Contains("LibTorchSharp", StringComparison.Ordinal),
        NotSupportedException reference => reference.Message.Contains("libtorch", StringComparison.Ordinal), // TorchSharp's own words
        TypeInitializationException type => type.TypeName.StartsWith("TorchSharp.", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>An assembly's name, not a file of somebody who calls it so.</summary>
    private static bool IsOurs(string? assembly) => assembly is not null && assembly.StartsWith("TorchSharp,", StringComparison.Ordinal);

    private static Exception Innermost(Exception exception) => exception is { InnerException: { } inner } ? Innermost(inner) : exception;

    // In methods of their own: TorchSharp itself may be missing.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Load() => torch.get_num_threads();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string? ReadVersion() => typeof(torch).Assembly.GetName().Version?.ToString();
}
