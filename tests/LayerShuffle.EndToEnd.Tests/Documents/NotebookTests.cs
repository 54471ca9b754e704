using System.Diagnostics;
using System.Text.Json;

namespace LayerShuffle.EndToEnd.Tests.Documents;

/// <summary>The notebook runs on what the program writes.</summary>
public sealed class NotebookTests(ReferenceRun reference)
{
    [Fact]
    public async Task Its_cells_run_on_a_runs_folder()
    {
        (int code, string error) = Python("import pandas, matplotlib", ".");
        Assert.SkipUnless(code == 0, $"There is no python3 with pandas and matplotlib (Debian: python3-pandas, python3-matplotlib): {error}");
        Workplace place = await reference.Place();
        using JsonDocument notebook = JsonDocument.Parse(Pages.Read("results/reference/analyses.ipynb"));
        string[] cells = [.. notebook.RootElement.GetProperty("cells").EnumerateArray().Where(cell => cell.GetProperty("cell_type").GetString() == "code")
            .Select(cell => string.Concat(cell.GetProperty("source").EnumerateArray().Select(line => line.GetString())))];
        cells.Length.ShouldBe(4);
        (code, error) = Python(string.Join("\n\n", cells), place.At("out"));
        code.ShouldBe(0, error);
    }

    private static (int Code, string Error) Python(string program, string run)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", ["-"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            Environment = { ["RUN"] = run, ["MPLBACKEND"] = "Agg" },
        };
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Write(program);
            process.StandardInput.Close();
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, error);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (127, e.Message);
        }
    }
}
