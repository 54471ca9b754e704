using System.Diagnostics;
using System.Globalization;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Runs.Probes;
using MathNet.Numerics.LinearAlgebra;

namespace LayerShuffle.Runs.Tests.Probes;

/// <summary>Points in two dimensions, and the linear probe of positions.</summary>
public sealed class EmbeddingTests
{
    private const int Each = 25, Dimensions = 8;

    private readonly Matrix<double> points = Clouds();

    [Fact]
    public void Clouds_stay_apart_and_the_same_points_give_the_same_places()
    {
        var tsne = new TSne(perplexity: 10, steps: 300);
        double[] places = tsne.Embed(points, TestContext.Current.CancellationToken);
        for (int i = 0; i < 3 * Each; i++)
            Nearest(places, i).ShouldBe(i / Each);
        new TSne(perplexity: 10, steps: 300).Embed(points, TestContext.Current.CancellationToken).ShouldBe(places);
    }

    [Fact]
    public void The_descent_makes_the_divergence_small()
    {
        var tsne = new TSne(perplexity: 10);
        double[] begin = new TSne(perplexity: 10, steps: 0).Embed(points, TestContext.Current.CancellationToken),
            early = new TSne(perplexity: 10, steps: 300).Embed(points, TestContext.Current.CancellationToken),
            late = tsne.Embed(points, TestContext.Current.CancellationToken);
        tsne.Divergence(points, early).ShouldBeLessThan(tsne.Divergence(points, begin) / 3);
        tsne.Divergence(points, late).ShouldBeLessThanOrEqualTo(tsne.Divergence(points, early));
    }

    /// <summary>Equal points, fewer points than neighbours, one dimension: places all the same.</summary>
    [Theory]
    [InlineData(2, 3, false)]
    [InlineData(5, 1, false)]
    [InlineData(6, 4, true)]
    public void Poor_points_have_finite_places(int count, int dimensions, bool equal)
    {
        Matrix<double> poor = Matrix<double>.Build.Dense(count, dimensions, (i, j) => equal ? 1 : i + j * j);
        new TSne(steps: 50).Embed(poor, TestContext.Current.CancellationToken).ShouldAllBe(place => double.IsFinite(place));
    }

    /// <summary>scikit-learn's own, exact and from the same start, comes to no better a picture.</summary>
    [Fact]
    public void It_is_as_good_as_scikit_learns()
    {
        if (Python("import sklearn") is null)
            Assert.Skip("There is no python3 with scikit-learn (Debian: python3-sklearn).");
        string rows = string.Join(';', points.EnumerateRows()
            .Select(row => string.Join(',', row.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))));
        string said = Python($"""
            import numpy, sklearn.manifold
            x = numpy.array([[float(v) for v in r.split(',')] for r in '{rows}'.split(';')])
            t = sklearn.manifold.TSNE(perplexity=10, method='exact', init='pca', learning_rate='auto', n_iter=1000, random_state=0)
            t.fit_transform(x)
            print(t.kl_divergence_)
            """)!;
        double theirs = double.Parse(said, CultureInfo.InvariantCulture);
        var tsne = new TSne(perplexity: 10);
        tsne.Divergence(points, tsne.Embed(points, TestContext.Current.CancellationToken)).ShouldBe(theirs, 0.1 * theirs);
    }

    [Fact]
    public void A_probe_reads_what_is_written_and_no_more_than_chance_where_nothing_is()
    {
        RandomStream draws = SeedTree.Root(3).Stream();
        int[] positions = [.. Enumerable.Range(0, 400).Select(i => i % 4)];
        Matrix<double> noise = Matrix<double>.Build.Dense(400, Dimensions, (_, _) => draws.NextGaussian());
        Matrix<double> told = Matrix<double>.Build.Dense(400, Dimensions, (i, j) => noise[i, j] + (j == positions[i] ? 6 : 0));
        Read(told).ShouldBeGreaterThan(0.97);
        Read(noise).ShouldBe(0.25, 0.1);

        double Read(Matrix<double> outputs) => PositionReader.Accuracy(outputs.SubMatrix(0, 200, 0, Dimensions), positions[..200],
            outputs.SubMatrix(200, 200, 0, Dimensions), positions[200..], 4);
    }

    [Fact]
    public void A_column_that_never_changes_spoils_nothing()
    {
        int[] positions = [0, 1, 0, 1];
        Matrix<double> outputs = Matrix<double>.Build.Dense(4, 2, (i, j) => j == 0 ? 7 : positions[i]);
        PositionReader.Accuracy(outputs, positions, outputs, positions, 2).ShouldBe(1);
    }

    /// <summary>Three clouds, a deviation of 1 around places ten apart.</summary>
    private static Matrix<double> Clouds()
    {
        RandomStream draws = SeedTree.Root(1).Stream();
        return Matrix<double>.Build.Dense(3 * Each, Dimensions, (i, j) => draws.NextGaussian() + (j == i / Each ? 10 : 0));
    }

    /// <summary>The cloud of most of a point's five nearest.</summary>
    private static int Nearest(double[] places, int point) => Enumerable.Range(0, places.Length / 2).Where(other => other != point)
        .OrderBy(other => Math.Pow(places[2 * point] - places[2 * other], 2) + Math.Pow(places[(2 * point) + 1] - places[(2 * other) + 1], 2)).Take(5)
        .GroupBy(other => other / Each).MaxBy(cloud => cloud.Count())!.Key;

    private static string? Python(string program)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", ["-"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Write(program);
            process.StandardInput.Close();
            string said = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? said : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
