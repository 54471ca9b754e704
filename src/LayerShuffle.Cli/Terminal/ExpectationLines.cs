using LayerShuffle.Results.Expectations;
using LayerShuffle.Runs.Reporting;

namespace LayerShuffle.Cli.Terminal;

/// <summary>Prints expectations with what was measured.</summary>
internal static class ExpectationLines
{
    /// <summary>Prints them.</summary>
    /// <param name="output">Where.</param>
    /// <param name="expectations">What was expected.</param>
    /// <param name="only">The options that narrowed the run.</param>
    public static void Print(Screen output, IReadOnlyList<JudgedExpectation> expectations, IReadOnlyList<string> only)
    {
        if (expectations.Count == 0)
            return;
        output.WriteLine("Expectations:");
        foreach ((ExpectationResult result, bool leftOut) in expectations)
        {
            if (leftOut)
            {
                string left =
                    $"  not judged  {(result.Group is { } lonely ? $"{lonely}: " : "")}--only {string.Join(',', only)} leaves out what it needs  "
                        + $"[{result.Expectation.Text}]";
                foreach (string line in Wrapping.Lines(Printable.OneLine(left), output.Width, indent: 9))
                    output.WriteLine(line);
                continue;
            }

            string said =
                $"  {(result.Holds ? "holds" : "FAILS")}  "
                    + $"{(result.Group is { } group ? $"{group}: " : "")}{result.Message}{(result.Holds ? "" : $"  [{result.Expectation.Text}]")}";
            string[] lines = [.. Wrapping.Lines(Printable.OneLine(said), output.Width, indent: 9)];
            output.Raw("  " + output.Paint(lines[0][2..7], result.Holds ? Paint.Green : Paint.Red) + lines[0][7..] + "\n");
            foreach (string line in lines[1..])
                output.WriteLine(line);
        }
    }
}
