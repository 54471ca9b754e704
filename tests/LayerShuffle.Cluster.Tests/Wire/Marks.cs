using LayerShuffle.Transport.Wire;
using LayerShuffle.Vision.Numbers;

namespace LayerShuffle.Cluster.Tests.Wire;

/// <summary>Frames that are told apart by a number.</summary>
internal static class Marks
{
    public static OutgoingFrame Marked(int mark) => new(1, BitConverter.GetBytes(mark), [], WireDtype.Float32);

    public static int Mark(IncomingFrame frame) => BitConverter.ToInt32(frame.Meta);
}
