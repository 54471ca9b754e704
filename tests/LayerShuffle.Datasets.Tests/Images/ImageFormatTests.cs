using CsCheck;
using LayerShuffle.Datasets.Images;

namespace LayerShuffle.Datasets.Tests.Images;

public class ImageFormatTests
{
    public static TheoryData<string> Names => new(Fixture.All.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_format_decodes_to_the_bytes_of_PIL(string name)
    {
        Fixture fixture = Fixture.Of(name);
        PlanarImage image = ImageDecoder.Decode(fixture.File, name);
        (image.Width, image.Height).ShouldBe((fixture.Width, fixture.Height));
        Fixture.Interleaved(image).ShouldBe(fixture.Rgb);
    }

    // From PIL's shortest complete beginning on, what is missing is padding, checksums or the end mark; before it, pixels are.
    [Theory]
    [MemberData(nameof(Names))]
    public void What_PIL_refuses_as_truncated_is_refused(string name)
    {
        Fixture fixture = Fixture.Of(name);
        IEnumerable<int> lengths = Enumerable.Range(0, fixture.Complete).Where(length => length % 11 == 0 || length > fixture.Complete - 40 || length < 40);
        foreach (int length in lengths)
            Should.Throw<DatasetException>(() => ImageDecoder.Decode(fixture.File.AsSpan(0, length), name), $"{name} cut to {length} of "
                + $"{fixture.File.Length} bytes").Message.ShouldContain(name);
    }

    [Fact]
    public void A_truncated_jpeg_is_said_to_be_cut_off()
    {
        byte[] file = Fixture.Of("subsampled.jpg").File;
        Should.Throw<DatasetException>(() => ImageDecoder.Decode(file.AsSpan(0, file.Length * 3 / 4), "half.jpg"))
            .Message.ShouldContain("'half.jpg' is cut off");
    }

    [Fact]
    public void The_extension_does_not_decide_the_format() =>
        Fixture.Interleaved(ImageDecoder.Decode(Fixture.Of("lossless.webp").File, "really.jpg")).ShouldBe(Fixture.Of("lossless.webp").Rgb);

    // The eight orientations of one picture are the eight ways a square falls on itself.
    [Fact]
    public void Orientations_turn_as_a_square_does() => Gen.Select(Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[1, 8]).Sample((height, width, orientation) =>
    {
        byte[] rgba = [.. Enumerable.Range(0, 4 * height * width).Select(i => (byte)(i * 7))];
        PlanarImage turned = Orientation.Upright(rgba, height, width, orientation);
        int inverse = orientation switch { 6 => 8, 8 => 6, _ => orientation };
        int plane = height * width;
        byte[] again = [.. Enumerable.Range(0, 4 * plane).Select(i => i % 4 == 3 ? (byte)0 : turned.Pixels[i % 4 * plane + i / 4])];
        PlanarImage back = Orientation.Upright(again, turned.Height, turned.Width, inverse);
        return back.Pixels.SequenceEqual(Orientation.Upright(rgba, height, width, 1).Pixels) && (back.Height, back.Width) == (height, width);
    }, iter: 300);

    [Fact]
    public void Sixteen_bits_become_their_higher_eight()
    {
        byte[] first = Fixture.Interleaved(ImageDecoder.Decode(Fixture.Of("grey16.png").File, "grey16.png"))[..9];
        first.ShouldBe([0, 0, 0, 255, 255, 255, 1, 1, 1]); // 0, 65535, 256
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull")]
    [InlineData("II+\0\u0008", "BigTIFF")]
    [InlineData("<svg/>", "is not a PNG, JPEG, BMP, GIF, WebP or TIFF image")]
    public void What_is_no_image_is_named(string text, string said) =>
        Should.Throw<DatasetException>(() => ImageDecoder.Decode(System.Text.Encoding.ASCII.GetBytes(text), "x.png")).Message.ShouldContain(said);

    [Fact]
    public void Damaged_files_of_every_format_decode_or_are_refused()
    {
        Fixture[] all = [.. Fixture.All.Values];
        Gen.Select(Gen.Int[0, all.Length - 1], Gen.Select(Gen.Int[0, 5000], Gen.Byte).Array[1, 6], Gen.Int[0, 3]).Sample((which, edits, cut) =>
        {
            byte[] file = [.. all[which].File];
            foreach ((int at, byte value) in edits)
                file[at % (at % 3 == 0 ? file.Length : Math.Min(file.Length, 64))] = value;
            if (cut == 0)
                file = file[..(edits[0].Item1 % file.Length)];
            Tolerate(() => ImageDecoder.Decode(file, "fuzzed"));
        }, iter: 3000);
    }

    private static void Tolerate(Action decode)
    {
        try
        {
            decode();
        }
        catch (DatasetException problem)
        {
            problem.Message.ShouldContain("fuzzed");
        }
    }
}
