using LayerShuffle.Datasets.Images;

namespace LayerShuffle.Datasets.Tests.Images;

/// <summary>
/// timm's way of resizing for oblong images: proportions are kept, and both sides are covered. Sizes were computed with Python's arithmetic by timm's formula.
/// </summary>
public class CoveringTests
{
    [Theory]
    [InlineData(20, 30, 9, 13, 9, 14)]
    [InlineData(16, 24, 8, 12, 8, 12)]
    [InlineData(10, 40, 8, 12, 8, 32)]
    [InlineData(40, 10, 8, 12, 48, 12)]
    [InlineData(7, 11, 17, 12, 17, 27)]
    [InlineData(5, 5, 8, 12, 12, 12)]
    [InlineData(33, 47, 10, 13, 10, 14)]
    public void Both_sides_are_covered(int height, int width, int leastHeight, int leastWidth, int high, int wide)
    {
        var target = ResizeTarget.Covering(leastHeight, leastWidth);
        target.Of(height, width).ShouldBe((high, wide));
        new PixelSteps { Resize = target }.Output.ShouldBeNull(); // the image decides
        PlanarImage cut = new PixelSteps { Resize = target, Crop = (leastHeight, leastWidth) }
            .Apply(new PlanarImage(new byte[3 * height * width], height, width));
        (cut.Height, cut.Width).ShouldBe((leastHeight, leastWidth));
    }
}
