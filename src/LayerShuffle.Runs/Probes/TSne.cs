using MathNet.Numerics.LinearAlgebra;

namespace LayerShuffle.Runs.Probes;

/// <summary>
/// t-SNE (van der Maaten and Hinton, JMLR 9, 2008), exact: points of many dimensions in two, so that near ones stay near. It begins from the two main axes, as
/// scikit-learn's <c>init="pca"</c>, and so needs no luck: the same points give the same picture.
/// </summary>
/// <param name="perplexity">About how many neighbours a point looks at; fewer where there are few points.</param>
/// <param name="steps">Steps of descent; in the first quarter of them neighbours attract each other twelve times as much.</param>
internal sealed class TSne(double perplexity = 30, int steps = 1000)
{
    private const int SearchSteps = 64;
    private const double Exaggeration = 12, LeastGain = 0.01, Start = 1e-4, Tiny = 1e-300;

    /// <summary>Places the points.</summary>
    /// <param name="points">A row per point.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The places, x and y after x and y.</returns>
    public double[] Embed(Matrix<double> points, CancellationToken cancellation = default)
    {
        int count = points.RowCount;
        double[][] near = Neighbourhoods(points);
        double[] places = MainAxes(points), velocity = new double[2 * count], gains = [.. Enumerable.Repeat(1.0, 2 * count)], slope = new double[2 * count];
        double[][] weights = [.. Enumerable.Range(0, count).Select(i => new double[i])];
        double rate = Math.Max(count / Exaggeration / 4, 50);
        for (int step = 0; step < steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            bool early = step < steps / 4;
            Slope(near, early ? Exaggeration : 1, places, weights, slope);
            for (int i = 0; i < places.Length; i++)
            {
                gains[i] = Math.Max(LeastGain, velocity[i] * slope[i] < 0 ? gains[i] + 0.2 : gains[i] * 0.8); // below 0: the descent goes on in its direction
                velocity[i] = (early ? 0.5 : 0.8) * velocity[i] - rate * gains[i] * slope[i];
                places[i] += velocity[i];
            }
        }

        return places;
    }

    /// <summary>Kullback and Leibler's divergence of the neighbourhoods before and after: what the descent makes small.</summary>
    /// <param name="points">A row per point.</param>
    /// <param name="places">Their places.</param>
    public double Divergence(Matrix<double> points, double[] places)
    {
        double[][] near = Neighbourhoods(points), weights = [.. Enumerable.Range(0, points.RowCount).Select(i => new double[i])];
        double all = Weigh(places, weights), divergence = 0;
        for (int i = 0; i < near.Length; i++)
        {
            for (int j = 0; j < i; j++)
                divergence += 2 * near[i][j] * Math.Log(Math.Max(near[i][j], Tiny) / Math.Max(weights[i][j] / all, Tiny));
        }

        return divergence;
    }

    /// <summary>Student's t of one degree of freedom, 1 / (1 + distance²), for each pair once; returns the sum over all ordered pairs.</summary>
    private static double Weigh(double[] places, double[][] weights)
    {
        double sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double x = places[2 * i], y = places[2 * i + 1];
            double[] row = weights[i];
            for (int j = 0; j < row.Length; j++)
            {
                double right = x - places[2 * j], up = y - places[2 * j + 1];
                sum += row[j] = 1 / (1 + right * right + up * up);
            }
        }

        return 2 * sum;
    }

    /// <summary>The gradient of the divergence.</summary>
    private static void Slope(double[][] near, double exaggeration, double[] places, double[][] weights, double[] slope)
    {
        double all = Weigh(places, weights);
        Array.Clear(slope);
        for (int i = 0; i < weights.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double weight = weights[i][j], pull = 4 * (exaggeration * near[i][j] - weight / all) * weight;
                double right = pull * (places[2 * i] - places[2 * j]), up = pull * (places[2 * i + 1] - places[2 * j + 1]);
                slope[2 * i] += right;
                slope[2 * i + 1] += up;
                slope[2 * j] -= right;
                slope[2 * j + 1] -= up;
            }
        }
    }

    /// <summary>
    /// How near points are to each other, for each pair once; over all ordered pairs they sum to 1. The width of a point's neighbourhood that has the
    /// perplexity is found by halving.
    /// </summary>
    private double[][] Neighbourhoods(Matrix<double> points)
    {
        int count = points.RowCount;
        double[][] rows = points.ToRowArrays();
        var squares = new double[count][];
        for (int i = 0; i < count; i++)
            squares[i] = [.. rows.Select(row => rows[i].Zip(row, (a, b) => (a - b) * (a - b)).Sum())];
        double[][] towards = [.. squares.Select((row, i) => Towards(row, i, Math.Log(Math.Min(perplexity, (count - 1) / 3.0))))];
        return [.. Enumerable.Range(0, count).Select(i => Enumerable.Range(0, i).Select(j => (towards[i][j] + towards[j][i]) / (2.0 * count)).ToArray())];
    }

    /// <summary>Where a point looks: shares of the others.</summary>
    private static double[] Towards(double[] squares, int self, double entropy)
    {
        double least = squares.Where((_, j) => j != self).DefaultIfEmpty().Min(); // taken off, so that no exponent is too small for all
        double low = 0, high = double.PositiveInfinity, narrow = 1;
        var shares = new double[squares.Length];
        for (int step = 0; step < SearchSteps; step++)
        {
            double sum = 0, distance = 0;
            for (int j = 0; j < squares.Length; j++)
            {
                shares[j] = j == self ? 0 : Math.Exp(-narrow * (squares[j] - least));
                sum += shares[j];
                distance += shares[j] * (squares[j] - least);
            }

            bool wide = Math.Log(sum) + narrow * distance / sum > entropy;
            for (int j = 0; j < shares.Length; j++)
                shares[j] /= sum;
            (low, high) = wide ? (narrow, high) : (low, narrow);
            narrow = double.IsInfinity(high) ? 2 * narrow : (low + high) / 2;
        }

        return shares;
    }

    /// <summary>Places along the two directions in which the points differ most, each turned so that its largest part is positive.</summary>
    private static double[] MainAxes(Matrix<double> points)
    {
        Vector<double> mean = points.ColumnSums() / points.RowCount;
        Matrix<double> centred = Matrix<double>.Build.Dense(points.RowCount, points.ColumnCount, (i, j) => points[i, j] - mean[j]);
        var axes = (centred.Transpose() * centred).Evd(Symmetricity.Symmetric); // in ascending order
        var places = new double[2 * points.RowCount];
        double deviation = 0;
        for (int axis = 0; axis < Math.Min(2, points.ColumnCount); axis++)
        {
            Vector<double> direction = axes.EigenVectors.Column(points.ColumnCount - 1 - axis);
            Vector<double> along = centred * direction * Math.Sign(direction[direction.AbsoluteMaximumIndex()]);
            if (axis == 0)
                deviation = Math.Max(Math.Sqrt(along.DotProduct(along) / along.Count), Tiny);
            for (int i = 0; i < along.Count; i++)
                places[2 * i + axis] = along[i] / deviation * Start;
        }

        return places;
    }
}
