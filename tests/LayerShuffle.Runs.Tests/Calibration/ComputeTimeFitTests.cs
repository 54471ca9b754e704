using CsCheck;
using LayerShuffle.Runs.Calibration;
using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Vision.Model;

namespace LayerShuffle.Runs.Tests.Calibration;

/// <summary>What a layer takes, as a scenario has it.</summary>
public sealed class ComputeTimeFitTests
{
    [Fact]
    public void Times_on_a_line_are_that_line_whatever_disturbs_fewer_than_half_of_them() => Gen.Select(
        Gen.Double[1e-5, 1e-2], Gen.Double[1e-6, 1e-3], Gen.Int[1, 64].Array[2, 6].Where(sizes => sizes.Distinct().Count() > 1), Gen.Double[1.5, 50])
        .Sample((start, slope, images, disturbed) =>
        {
            MeasuredSize[] sizes = [.. images.Distinct().Select(count =>
            {
                double right = start + (slope * count);
                return new MeasuredSize(count, [right, right * disturbed, right, right, right * disturbed]);
            })];
            ComputeTimeFit fit = ComputeTimeFit.Of(sizes);
            fit.Base.ShouldBe(start, start * 1e-6);
            fit.PerImage.ShouldBe(slope, slope * 1e-6);
            fit.Error.ShouldBe(0, 1e-9);
        });

    [Fact]
    public void Neither_part_is_negative_and_one_size_is_all_per_image()
    {
        ComputeTimeFit steep = ComputeTimeFit.Of([new(1, [1e-3]), new(2, [3e-3])]);
        (steep.Base, steep.PerImage > 0).ShouldBe((0, true));
        ComputeTimeFit falling = ComputeTimeFit.Of([new(1, [2e-3]), new(2, [1e-3])]);
        (falling.PerImage, falling.Base > 0).ShouldBe((0, true));
        ComputeTimeFit.Of([new(4, [2e-3])]).ShouldBe(new ComputeTimeFit(0, 5e-4, 0));
    }

    [Theory]
    [InlineData(1.23456e-3, "1235us")]
    [InlineData(0.123456, "123456us")]
    [InlineData(12.3456e-6, "12.35us")]
    [InlineData(0.123456e-6, "0.123us")]
    [InlineData(0, "0us")]
    public void Durations_have_four_digits(double seconds, string written) => ComputeTimeFit.Duration(seconds).ShouldBe(written);

    [Fact]
    public void What_is_printed_is_what_a_scenario_has()
    {
        string yaml = ComputeTimeFit.Of([new(1, [0.5e-3]), new(2, [0.75e-3])]).Yaml;
        ScenarioLoadResult loaded = ScenarioLoader.Parse(
            $"name: a\nmodel: none\ncluster:\n  compute_time: {yaml}\nworkload: {{requests: 1}}\n", "a", "/");
        loaded.Mistakes.ShouldBeEmpty();
        Core.Clusters.ComputeTimeSpec time = loaded.Scenario!.Nodes[0].ComputeTime;
        (time.Sample(0.5, 1).Nanoseconds, time.Sample(0.5, 4).Nanoseconds).ShouldBe((500_000, 1_250_000));
    }

    /// <summary>Sizes take turns, each as often; what the clock says is divided by the layers.</summary>
    [Fact]
    public void Sizes_are_measured_in_turn()
    {
        using VisionTransformer model = VisionTransformer.Create(
            new VitConfig { ImageSize = 16, PatchSize = 8, HiddenSize = 16, NumHiddenLayers = 4, NumAttentionHeads = 2, IntermediateSize = 32 }, 1);
        IReadOnlyList<MeasuredSize> measured = new LayerStopwatch(model, new Ticking()).Measure([1, 3], 3);
        measured.Select(size => size.Images).ShouldBe([1, 3]);
        // Each reading of the clock is 8 ms later than the one before; 4 layers lie between two of them. The first round is not counted.
        measured.ShouldAllBe(size => size.Seconds.SequenceEqual(new[] { 2e-3, 2e-3, 2e-3 }));
    }

    private sealed class Ticking : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => now += 8;
    }
}
