using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;
using static TorchSharp.torch;

namespace LayerShuffle.Vision.Tests.Files;

/// <summary>A checkpoint that is trained on for images of another size: its position embeddings are interpolated as transformers does it.</summary>
public sealed class OtherImageSizeTests
{
    [Theory]
    [InlineData(ModelArchitecture.Vit, 2, 2, 4, 4)]
    [InlineData(ModelArchitecture.Vit, 4, 4, 2, 2)]
    [InlineData(ModelArchitecture.Deit, 3, 5, 7, 4)]
    [InlineData(ModelArchitecture.Deit, 1, 1, 3, 2)]
    public void Positions_are_those_of_cubic_convolution(ModelArchitecture architecture, int rows, int columns, int newRows, int newColumns)
    {
        VitConfig held = Models.Tiny(architecture: architecture) with { ImageHeight = 4 * rows, ImageWidth = 4 * columns };
        VitConfig wanted = held with { ImageHeight = 4 * newRows, ImageWidth = 4 * newColumns };
        int special = held.Tokens - held.Patches, width = held.HiddenSize;
        using var folder = new Models.Folder();
        float[] old, made;
        using (VisionTransformer model = Models.Random(held))
        {
            ModelFolder.Save(folder.Path, model, Preprocessor.For(held));
            old = Positions(model);
        }

        using (VisionTransformer model = ModelFolder.Load(folder.Path, new() { Overrides = _ => wanted, AllowNewHead = true }).Model)
            made = Positions(model);
        made.Length.ShouldBe((special + newRows * newColumns) * width);
        made[..(special * width)].ShouldBe(old[..(special * width)]);
        for (int row = 0; row < newRows; row++)
        {
            for (int column = 0; column < newColumns; column++)
            {
                for (int at = 0; at < width; at++)
                {
                    double expected = 0;
                    foreach ((int y, double down) in Weights(row, newRows, rows))
                    {
                        foreach ((int x, double across) in Weights(column, newColumns, columns))
                            expected += down * across * old[((special + y * columns + x) * width) + at];
                    }

                    made[((special + row * newColumns + column) * width) + at].ShouldBe((float)expected, 1e-5);
                }
            }
        }
    }

    [Fact]
    public void A_model_is_loaded_for_images_of_another_size_where_training_follows_and_only_then()
    {
        using var folder = new Models.Folder();
        VitConfig config = Models.Tiny();
        using (VisionTransformer model = Models.Random(config))
            ModelFolder.Save(folder.Path, model, Preprocessor.For(config));
        VitConfig wanted = ModelFolder.LoadConfig(folder.Path) with { ImageSize = 16 };
        List<string> told = [];
        (VisionTransformer larger, Preprocessor preprocessor) =
            ModelFolder.Load(folder.Path, new() { Overrides = _ => wanted, AllowNewHead = true, Warn = told.Add });
        using (larger)
        {
            told.ShouldHaveSingleItem().ShouldBe("the checkpoint is for images of 8×8 pixels, the model for 16×16: "
                + "its position embeddings are interpolated from 2×2 patches to 4×4");
            larger.Config.Tokens.ShouldBe(17);
            (preprocessor.Size, preprocessor.CropSize).ShouldBe((PixelSize.Shortest(16), PixelSize.Square(16)));
            using var scope = NewDisposeScope();
            using IDisposable off = inference_mode();
            larger.Forward(zeros(2, 3, 16, 16), [0, 1, 2, 3]).Logits.shape.ShouldBe([2L, 5]);
            using var again = new Models.Folder();
            ModelFolder.Save(again.Path, larger, preprocessor);
            (VisionTransformer loaded, Preprocessor itsOwn) = ModelFolder.Load(again.Path);
            using (loaded)
            {
                (itsOwn.Size, itsOwn.CropSize).ShouldBe((preprocessor.Size, preprocessor.CropSize));
                foreach ((string name, Tensor tensor) in larger.StateDictionary())
                    tensor.ShouldEqualBitwise(loaded.StateDictionary()[name], name);
            }
        }

        Should.Throw<ModelFormatException>(() => ModelFolder.Load(folder.Path, new() { Overrides = _ => wanted })).Message
            .ShouldContain("position_embeddings is [1, 5, 12] instead of [1, 17, 12]");
    }

    [Theory]
    [InlineData(256, null, 224, 32, 37, 32)] // a shorter edge in proportion: 256 · 32 ÷ 224
    [InlineData(248, null, 224, 384, 425, 384)]
    [InlineData(null, 224, null, 32, null, null)]
    public void Preprocessing_follows_the_size(int? shortest, int? side, int? crop, int wanted, int? newShortest, int? newCrop)
    {
        VitConfig old = new() { ImageSize = 224, PatchSize = 16 }, to = old with { ImageSize = wanted };
        var preprocessor = new Preprocessor
        {
            Size = shortest is { } edge ? PixelSize.Shortest(edge) : PixelSize.Square(side!.Value),
            DoCenterCrop = crop is not null,
            CropSize = crop is { } middle ? PixelSize.Square(middle) : null,
        };
        Preprocessor made = preprocessor.Resized(old, to);
        made.Size.ShouldBe(newShortest is { } scaled ? PixelSize.Shortest(scaled) : PixelSize.Square(wanted));
        made.CropSize.ShouldBe(newCrop is { } cut ? PixelSize.Square(cut) : null);
        made.Check(to, "preprocessor_config.json");
        preprocessor.Resized(old, old).ShouldBeSameAs(preprocessor);
        (preprocessor with { DoResize = false, DoCenterCrop = false }).Resized(old, to).DoResize.ShouldBeTrue();
    }

    private static float[] Positions(VisionTransformer model) =>
        model.StateDictionary().Single(tensor => tensor.Key.EndsWith("position_embeddings", StringComparison.Ordinal)).Value.data<float>().ToArray();

    /// <summary>What the old points of one direction weigh in a new one: Keys's cubic with a = −0.75, pixels' middles aligned, the border repeated.</summary>
    private static IEnumerable<(int At, double Weight)> Weights(int at, int wanted, int held)
    {
        double place = (at + 0.5) * held / wanted - 0.5;
        int first = (int)Math.Floor(place);
        for (int i = first - 1; i <= first + 2; i++)
            yield return (Math.Clamp(i, 0, held - 1), Cubic(Math.Abs(place - i)));
    }

    private static double Cubic(double x)
    {
        const double a = -0.75;
        return x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
    }
}
