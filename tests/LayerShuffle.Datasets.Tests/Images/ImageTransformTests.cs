using CsCheck;
using LayerShuffle.Datasets.Images;
using LayerShuffle.Datasets.Tests.Support;

namespace LayerShuffle.Datasets.Tests.Images;

public class ImageTransformTests
{
    private static PlanarImage Image(int height, int width, Func<int, int, int, int> value)
    {
        var pixels = new byte[3 * height * width];
        for (int c = 0; c < 3; c++)
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++)
                    pixels[(c * height + y) * width + x] = (byte)value(c, y, x);
        return new(pixels, height, width);
    }

    [Fact]
    public void A_constant_image_stays_constant() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 60], Gen.Int[1, 60], Gen.Byte, Gen.Bool).Sample((h, w, newHeight, newWidth, value, cubic) =>
            ImageTransform.Resize(Image(h, w, (_, _, _) => value), newHeight, newWidth, cubic ? Interpolation.Bicubic : Interpolation.Bilinear)
                .Pixels.All(pixel => pixel == value), iter: 300);

    // Halving with the triangle kernel widened to support 2 weighs the four pixels around the centre 1, 3, 3, 1 in eighths.
    [Fact]
    public void Halving_weighs_1_3_3_1()
    {
        int[] row = [10, 200, 40, 80, 160, 20, 90, 250];
        byte[] half = ImageTransform.Resize(Image(1, 8, (_, _, x) => row[x]), 1, 4).Pixels;
        half[1].ShouldBe((byte)Math.Round((row[1] + 3 * row[2] + 3 * row[3] + row[4]) / 8.0));
        half[2].ShouldBe((byte)Math.Round((row[3] + 3 * row[4] + 3 * row[5] + row[6]) / 8.0));
        // At the border the pixel that is missing is left out: 3, 3, 1 in sevenths.
        half[0].ShouldBe((byte)Math.Round((3 * row[0] + 3 * row[1] + row[2]) / 7.0));
    }

    [Fact]
    public void Doubling_interpolates_in_quarters()
    {
        byte[] wide = ImageTransform.Resize(Image(1, 2, (_, _, x) => 100 * x), 1, 4).Pixels;
        wide[..4].ShouldBe([0, 25, 75, 100]);
    }

    [Fact]
    public void A_cubic_kernel_overshoots_at_an_edge_and_is_clamped()
    {
        byte[] wide = ImageTransform.Resize(Image(1, 8, (_, _, x) => x < 4 ? 50 : 200), 1, 16, Interpolation.Bicubic).Pixels;
        wide[..16].Min().ShouldBeLessThan((byte)50);
        wide[..16].Max().ShouldBeGreaterThan((byte)200);
        ImageTransform.Resize(Image(1, 8, (_, _, x) => x < 4 ? 0 : 255), 1, 16, Interpolation.Bicubic).Pixels[..2].ShouldBe([0, 0]);
    }

    [Fact]
    public void Rows_and_columns_are_treated_alike()
    {
        PlanarImage tall = Image(13, 1, (c, y, _) => 20 * c + 15 * y), wide = Image(1, 13, (c, _, x) => 20 * c + 15 * x);
        ImageTransform.Resize(tall, 5, 1).Pixels.ShouldBe(ImageTransform.Resize(wide, 1, 5).Pixels);
    }

    [Fact]
    public void The_shorter_side_decides_and_the_longer_is_rounded_down()
    {
        PlanarImage resized = ImageTransform.ResizeShorterSide(Image(5, 7, (_, _, _) => 1), 10);
        (resized.Height, resized.Width).ShouldBe((10, 14));
        resized = ImageTransform.ResizeShorterSide(Image(7, 4, (_, _, _) => 1), 10);
        (resized.Height, resized.Width).ShouldBe((17, 10));
    }

    [Fact]
    public void The_middle_is_cut_out_rounding_down_or_as_torchvision_to_even()
    {
        // (7 − 4) / 2 = 1.5 → 1 or 2, (5 − 4) / 2 = 0.5 → 0.
        PlanarImage image = Image(7, 5, (c, y, x) => 100 * c + 10 * y + x);
        PlanarImage cut = ImageTransform.CenterCrop(image, 4, 4);
        cut.Pixels[..4].ShouldBe([10, 11, 12, 13]);
        cut.Pixels[16].ShouldBe((byte)110);
        new PixelSteps { Crop = (4, 4), CropRoundsToEven = true }.Apply(image).Pixels[..4].ShouldBe([20, 21, 22, 23]);
    }

    [Fact]
    public void What_is_smaller_than_the_middle_gets_a_black_margin()
    {
        // (2 − 5) / 2 = −1.5 → two rows above, one below; (5 − 3) / 2 = 1 column is left out on each side.
        PlanarImage cut = ImageTransform.CenterCrop(Image(2, 5, (c, y, x) => 100 + 10 * y + x), 5, 3);
        cut.Pixels[..15].ShouldBe([0, 0, 0, 0, 0, 0, 101, 102, 103, 111, 112, 113, 0, 0, 0]);
    }

    [Fact]
    public void A_flip_mirrors_rows_and_two_flips_restore()
    {
        PlanarImage image = Image(2, 3, (c, y, x) => 100 * c + 10 * y + x);
        ImageTransform.FlipHorizontally(image).Pixels[..6].ShouldBe([2, 1, 0, 12, 11, 10]);
        ImageTransform.FlipHorizontally(ImageTransform.FlipHorizontally(image)).Pixels.ShouldBe(image.Pixels);
    }

    [Fact]
    public void A_png_is_decoded_exactly()
    {
        PlanarImage image = ImageTransform.Decode(PngFile.Encode(3, 2, (x, y) => ((byte)(10 * y + x), (byte)(100 + x), 200)), "x.png");
        (image.Height, image.Width).ShouldBe((2, 3));
        image.Pixels.ShouldBe([0, 1, 2, 10, 11, 12, 100, 101, 102, 100, 101, 102, 200, 200, 200, 200, 200, 200]);
    }

    [Fact]
    public void An_image_that_claims_too_many_pixels_is_refused_before_decoding()
    {
        byte[] file = PngFile.Encode(1, 1, (_, _) => (0, 0, 0));
        (file[17], file[21]) = (1, 1); // 65,537 × 65,537
        Should.Throw<DatasetException>(() => ImageTransform.Decode(file, "bomb.png")).Message.ShouldContain("65537 × 65537");
    }
}
