namespace LayerShuffle.Datasets.Tests.Support;

/// <summary>
/// The smallest useful JPEG file, written by hand: 8 × 8 grey pixels, one DCT block whose coefficients are all 0, which is the value 128 everywhere.
/// </summary>
public static class JpegFile
{
    public static byte[] Tiny { get; } =
    [
        0xff, 0xd8, // start of image
        0xff, 0xdb, 0x00, 0x43, 0x00, .. Enumerable.Repeat((byte)1, 64), // quantisation table 0
        0xff, 0xc0, 0x00, 0x0b, 0x08, 0x00, 0x08, 0x00, 0x08, 0x01, 0x01, 0x11, 0x00, // baseline frame: 8 bits, 8 × 8, one component
        0xff, 0xc4, 0x00, 0x14, 0x00, 0x01, .. new byte[15], 0x00, // DC code 0: one code of one bit, category 0
        0xff, 0xc4, 0x00, 0x14, 0x10, 0x01, .. new byte[15], 0x00, // AC code 0: one code of one bit, end of block
        0xff, 0xda, 0x00, 0x08, 0x01, 0x01, 0x00, 0x00, 0x3f, 0x00, // scan
        0x3f, // 0 (DC), 0 (end of block), ones to fill the byte
        0xff, 0xd9, // end of image
    ];
}
