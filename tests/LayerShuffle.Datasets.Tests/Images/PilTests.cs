using System.Text.Json;
using CsCheck;
using LayerShuffle.Datasets.Images;
using LayerShuffle.Datasets.Tests.Support;

namespace LayerShuffle.Datasets.Tests.Images;

/// <summary>Bytes after resizing are PIL's, bit for bit.</summary>
public class PilTests
{
    private static readonly JsonElement Stored =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "pil-resizes.json"))).RootElement;

    [Theory]
    [InlineData(Interpolation.Nearest)]
    [InlineData(Interpolation.Lanczos)]
    [InlineData(Interpolation.Bilinear)]
    [InlineData(Interpolation.Bicubic)]
    [InlineData(Interpolation.Box)]
    [InlineData(Interpolation.Hamming)]
    public void Resizing_gives_the_bytes_of_PIL(Interpolation filter)
    {
        int compared = 0;
        foreach (JsonElement stored in Stored.GetProperty("resizes").EnumerateArray().Where(stored => stored.GetProperty("filter").GetInt32() == (int)filter))
        {
            int Number(string key) => stored.GetProperty(key).GetInt32();
            PlanarImage noise = Noise(Number("seed"), Number("height"), Number("width"), stored.GetProperty("hard").GetBoolean());
            byte[] resized = ImageTransform.Resize(noise, Number("newHeight"), Number("newWidth"), filter).Pixels;
            resized.ShouldBe(stored.GetProperty("pixels").GetBytesFromBase64(),
                $"{filter}, {noise.Height} × {noise.Width} to {Number("newHeight")} × {Number("newWidth")}");
            compared++;
        }

        compared.ShouldBe(11);
    }

    [Fact]
    public void Colours_become_the_grey_of_PIL()
    {
        JsonElement stored = Stored.GetProperty("luma");
        PlanarImage grey = ImageTransform.ToGrey(Noise(stored.GetProperty("seed").GetInt32(), 11, 12, false));
        byte[] expected = stored.GetProperty("pixels").GetBytesFromBase64();
        grey.Pixels.ShouldBe([.. expected, .. expected, .. expected]);
    }

    [Fact]
    public void Cropping_first_what_survives_changes_no_byte() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 30], Gen.Int[1, 30], Gen.Int[1, 25], Gen.Enum<Interpolation>())
            .Sample((h, w, size, cropHeight, cropWidth, filter) =>
        {
            PlanarImage noise = Noise(h * 41 + w, h, w, false);
            var steps = new PixelSteps { Resize = ResizeTarget.Shorter(size), Filter = filter, Crop = (cropHeight, cropWidth) };
            PlanarImage whole = (steps with { Crop = null }).Apply(noise);
            byte[] cut = steps.Apply(noise).Pixels;
            int top = (int)Math.Floor((whole.Height - cropHeight) / 2.0), left = (int)Math.Floor((whole.Width - cropWidth) / 2.0);
            for (int i = 0; i < cut.Length; i++)
            {
                int c = i / (cropHeight * cropWidth), y = i / cropWidth % cropHeight + top, x = i % cropWidth + left;
                bool inside = y >= 0 && y < whole.Height && x >= 0 && x < whole.Width;
                if (cut[i] != (inside ? whole.Pixels[(c * whole.Height + y) * whole.Width + x] : 0))
                    return false;
            }

            return true;
        }, iter: 400);

    [Theory]
    [InlineData(14, 17, 19, 26, 12, 17)] // the longer edge decides: 17 · 19 ÷ 26 = 12.4
    [InlineData(14, 30, 19, 26, 14, 19)]
    [InlineData(14, 17, 26, 19, 17, 12)]
    [InlineData(9, 9, 5, 5, 9, 9)]
    public void The_longest_edge_bounds_the_shortest(int shortest, int longest, int height, int width, int newHeight, int newWidth) =>
        ResizeTarget.Within(shortest, longest).Of(height, width).ShouldBe((newHeight, newWidth));

    [Fact]
    public void A_long_and_thin_image_is_cut_without_resizing_all_of_it()
    {
        PlanarImage line = new(new byte[3 * 6_000_000], 1, 6_000_000);
        PlanarImage cut = PixelSteps.Fit(224, 224).Apply(line);
        (cut.Height, cut.Width).ShouldBe((224, 224));
    }

    private static PlanarImage Noise(int seed, int height, int width, bool hard) => new(NoiseImage.Pixels(seed, height, width, hard), height, width);
}
