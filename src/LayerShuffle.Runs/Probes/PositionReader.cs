using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace LayerShuffle.Runs.Probes;

/// <summary>
/// A linear probe (Alain and Bengio, arXiv 1610.01644) that reads a position from what a layer puts out: ridge regression to one number a position, in closed
/// form; the highest is the answer.
/// </summary>
internal static class PositionReader
{
    private const double Ridge = 1, Tiny = 1e-9;

    /// <summary>The share of the held-out outputs whose position it reads.</summary>
    /// <param name="known">Outputs to learn from, a row each.</param>
    /// <param name="positions">Their positions.</param>
    /// <param name="held">Outputs to read, a row each.</param>
    /// <param name="truth">Their positions.</param>
    /// <param name="count">How many positions there are.</param>
    public static double Accuracy(Matrix<double> known, int[] positions, Matrix<double> held, int[] truth, int count)
    {
        (double Mean, double Deviation)[] columns =
            [.. known.EnumerateColumns().Select(column => (column.Mean(), Math.Max(column.PopulationStandardDeviation(), Tiny)))];
        Matrix<double> design = Design(known);
        Matrix<double> targets = Matrix<double>.Build.Dense(positions.Length, count, (i, position) => positions[i] == position ? 1 : 0);
        int size = design.ColumnCount;
        Matrix<double> penalty = Matrix<double>.Build.Diagonal(size, size, i => i < columns.Length ? Ridge : 0); // the constant is free
        Matrix<double> weights = (design.TransposeThisAndMultiply(design) + penalty).Cholesky().Solve(design.TransposeThisAndMultiply(targets));
        return (Design(held) * weights).EnumerateRows().Zip(truth, (said, position) => said.MaximumIndex() == position ? 1.0 : 0).Average();

        Matrix<double> Design(Matrix<double> outputs) => Matrix<double>.Build.Dense(outputs.RowCount, columns.Length + 1,
            (i, j) => j < columns.Length ? (outputs[i, j] - columns[j].Mean) / columns[j].Deviation : 1);
    }
}
