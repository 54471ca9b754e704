using System.Buffers.Binary;
using System.Text;

namespace LayerShuffle.Datasets.Tests.Support;

/// <summary>Writes pickles as Python 2's cPickle wrote CIFAR's: protocol 2, byte strings, the array's bytes in one piece.</summary>
public static class PickleFile
{
    private static readonly byte[] Array =
    [
        .. "cnumpy.core.multiarray\n_reconstruct\nq\u0007cnumpy\nndarray\nq\u0008K\0"u8, 0x85, .. "U\u0001b"u8, 0x87, .. "Rq\t(K\u0001"u8,
    ];

    public static byte[] Batch(byte[] pixels, params (string Key, byte[] Labels)[] labels)
    {
        var file = new MemoryStream();
        file.Write([0x80, 2, .. "}q\u0001("u8, .. Text("batch_label"), .. Text("training batch 1 of 5")]);
        foreach ((string key, byte[] values) in labels)
            file.Write([.. Text(key), .. "]q\u0004("u8, .. values.SelectMany(label => new[] { (byte)'K', label }), (byte)'e']);
        int images = pixels.Length / 3072;
        file.Write([.. Text("data"), .. Array, (byte)'M', (byte)images, (byte)(images >> 8), .. "M\0\u000c"u8, 0x86]);
        file.Write([.. "cnumpy\ndtype\nq\n"u8, .. Text("u1"), .. "K\0K\u0001"u8, 0x87]);
        file.Write([.. "Rq\u000b(K\u0003U\u0001|NNNJ"u8, 255, 255, 255, 255, (byte)'J', 255, 255, 255, 255, .. "K\0tb"u8, 0x89]);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, pixels.Length);
        file.Write([(byte)'T', .. length, .. pixels, .. "tb"u8, .. Text("filenames"), .. "]q\u000cu."u8]);
        return file.ToArray();
    }

    public static byte[] Names(string key, IEnumerable<string> names) => [0x80, 2, .. "}("u8, .. Text(key), .. "]("u8, .. names.SelectMany(Text), .. "eu."u8];

    private static byte[] Text(string text) => [(byte)'U', (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
}
