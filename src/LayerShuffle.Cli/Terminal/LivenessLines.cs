using LayerShuffle.Results.Metrics;

namespace LayerShuffle.Cli.Terminal;

/// <summary>Prints the trials in which a request ended without a result although all faults were lifted.</summary>
internal static class LivenessLines
{
    /// <summary>Prints them; nothing where there are none.</summary>
    /// <param name="output">Where.</param>
    /// <param name="unhealed">The trials.</param>
    public static void Print(Screen output, IEnumerable<TrialData> unhealed)
    {
        bool begun = false;
        foreach (TrialData trial in unhealed)
        {
            if (!begun)
                output.WriteLine("Liveness:");
            begun = true;
            string said = FormattableString.Invariant($"  FAILS  {trial.Key.Model} / {trial.Key.Policy} / {trial.Key.Condition}, repeat {trial.Key.Repeat}: ")
                + FormattableString.Invariant($"{trial.Metrics.Unhealed} request(s) ended without a result after all faults were lifted.");
            string[] lines = [.. Wrapping.Lines(Printable.OneLine(said), output.Width, indent: 9)];
            output.Raw("  " + output.Paint(lines[0][2..7], Paint.Red) + lines[0][7..] + "\n");
            foreach (string line in lines[1..])
                output.WriteLine(line);
        }
    }
}
