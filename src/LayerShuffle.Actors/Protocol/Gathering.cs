using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Models;

namespace LayerShuffle.Actors.Protocol;

/// <summary>The parts of one input, on their way to the layer that is given their sum. What is not there when nobody waits any longer is left out.</summary>
/// <param name="parts">How many there are.</param>
public sealed class Gathering(int parts)
{
    private readonly SortedDictionary<int, (HopMessage Message, Upstream? Upstream)> here = [];

    /// <summary>Whether all are here.</summary>
    public bool IsComplete => here.Count >= parts;

    /// <summary>A part has come; false if it was here.</summary>
    public bool Add(HopMessage message, Upstream? upstream) => here.TryAdd(message.Journey.Part, (message, upstream));

    /// <summary>The journey that goes on: that of the first part, with the layers of the others that are here executed and the rest skipped.</summary>
    public Journey Merged()
    {
        Journey first = here.First().Value.Message.Journey;
        int[] before = first.Route[(first.Next - parts)..first.Next];
        object?[] activations = [.. here.Values.Select(part => part.Message.Journey.Activation)];
        return first with
        {
            Executed = [.. first.Executed, .. before.Where((_, part) => here.ContainsKey(part))],
            Skipped = [.. first.Skipped, .. before.Where((_, part) => !here.ContainsKey(part))],
            Retries = here.Values.Max(part => part.Message.Journey.Retries),
            Hedges = here.Values.Max(part => part.Message.Journey.Hedges),
            Activation = activations.All(activation => activation is null) ? null : new PartsOfInput(activations, IsPacked: parts > 1, Packs: first.Group > 1),
        };
    }

    /// <summary>Who keeps the parts.</summary>
    public Upstream Upstreams() => Upstream.Of([.. here.Values.Select(part => part.Upstream).OfType<Upstream>()]);
}
