using System.Runtime.CompilerServices;
using LayerShuffle.Supervision;

namespace LayerShuffle.Tests;

/// <summary>Computing threads wait as they do in the program: beside other tests two of them would be slower than one by orders of magnitude.</summary>
internal static class ThreadSettings
{
    [ModuleInitializer]
    internal static void Set() => ThreadWaits.Shorten();
}
