namespace LayerShuffle.EndToEnd.Tests.Documents;

/// <summary>Every step of the tutorial is a file that does what the page says it does.</summary>
public sealed class TutorialTests : IDisposable
{
    private const string Page = "scenarios/README.md";
    private const string WithModels = "6-accuracy.yaml";

    private readonly Workplace place = new();

    public static TheoryData<string> Steps =>
        [.. Directory.GetFiles(Pages.At("scenarios/tutorial"), "*.yaml").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_step_is_valid_without_a_warning_and_stands_on_the_page_as_it_is_in_its_file(string step)
    {
        string file = Pages.At($"scenarios/tutorial/{step}");
        (int code, string output, string error) = Pages.Program("validate", file);
        code.ShouldBe(0, output + error);
        error.ShouldBeEmpty();
        Pages.Read(Page).ShouldContain($"[{step}](tutorial/{step})");
        IEnumerable<string> lines = File.ReadAllText(file).ReplaceLineEndings("\n").Split('\n').Where(line => !line.StartsWith('#'));
        Pages.Blocks(Page, "yaml").ShouldContain(string.Join('\n', lines));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_step_runs_and_what_it_expects_holds(string step)
    {
        if (step == WithModels)
            return; // trains models: run by hand, and valid by the test above
        (int code, string output, string error) = Pages.Program("run", Pages.At($"scenarios/tutorial/{step}"), "--output", place.At("out"));
        code.ShouldBe(0, output + error);
        if (step.Contains("policies", StringComparison.Ordinal))
            Printed(output).ShouldBe(Pages.Blocks(Page, "").Last(), "the tutorial shows another table than the run prints");
    }

    [Fact]
    public void An_empty_file_is_told_what_the_page_says()
    {
        (int code, string output, string error) = Pages.Program("validate", place.Write("empty.yaml", ""));
        code.ShouldBe(2);
        (error + output).Replace(place.Folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal).TrimEnd()
            .ShouldBe(Pages.Blocks(Page, "").First().TrimEnd());
    }

    public void Dispose() => place.Dispose();

    /// <summary>What a run prints before it says where its results are.</summary>
    private static string Printed(string output) => output[..output.IndexOf("Results:", StringComparison.Ordinal)].TrimEnd() + "\n";
}
