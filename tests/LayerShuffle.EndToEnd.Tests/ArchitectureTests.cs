using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace LayerShuffle.EndToEnd.Tests;

/// <summary>Holds the direction of dependencies, read from the built assemblies, and the shape of the source tree.</summary>
public partial class ArchitectureTests
{
    /// <summary>Per part: the parts of ours that it may use, and whether it may use Torch and Akka.</summary>
    public static TheoryData<string, string[], bool, bool> Parts => new()
    {
        { "LayerShuffle.Core", [], false, false },
        { "LayerShuffle.Vision", ["LayerShuffle.Core"], true, false },
        { "LayerShuffle.Datasets", ["LayerShuffle.Core"], true, false },
        { "LayerShuffle.Actors", ["LayerShuffle.Vision", "LayerShuffle.Core"], true, true },
        { "LayerShuffle.Simulation", ["LayerShuffle.Actors", "LayerShuffle.Vision", "LayerShuffle.Core"], true, true },
        { "LayerShuffle.Security", ["LayerShuffle.Core"], false, false },
        { "LayerShuffle.Transport", ["LayerShuffle.Security", "LayerShuffle.Vision", "LayerShuffle.Core"], true, false },
        { "LayerShuffle.Supervision", ["LayerShuffle.Security", "LayerShuffle.Core"], false, false },
        {
            "LayerShuffle.Cluster",
            ["LayerShuffle.Actors", "LayerShuffle.Transport", "LayerShuffle.Supervision", "LayerShuffle.Security", "LayerShuffle.Vision", "LayerShuffle.Core"],
                true, true
        },
        { "LayerShuffle.Scenarios", ["LayerShuffle.Core"], false, false },
        { "LayerShuffle.Results", ["LayerShuffle.Core"], false, false },
        { "LayerShuffle.Report", ["LayerShuffle.Results", "LayerShuffle.Core"], false, false },
        {
            "LayerShuffle.Runs",
            [
                "LayerShuffle.Scenarios", "LayerShuffle.Results", "LayerShuffle.Datasets", "LayerShuffle.Simulation", "LayerShuffle.Cluster",
                "LayerShuffle.Actors", "LayerShuffle.Transport", "LayerShuffle.Supervision", "LayerShuffle.Security", "LayerShuffle.Vision",
                "LayerShuffle.Core",
            ],
            true, true
        },
        {
            "LayerShuffle.Swarm",
            [
                "LayerShuffle.Runs", "LayerShuffle.Scenarios", "LayerShuffle.Results", "LayerShuffle.Simulation", "LayerShuffle.Actors", "LayerShuffle.Core",
            ],
            false, false
        },
    };

    [Theory]
    [MemberData(nameof(Parts))]
    public void A_part_uses_only_what_the_design_lets_it(string part, string[] ours, bool torch, bool akka)
    {
        var references = References(part);

        references.Where(name => Is(name, "LayerShuffle") && !ours.Contains(name)).ShouldBeEmpty($"{part} must not use these parts of ours");
        if (!torch)
            references.Where(name => Is(name, "TorchSharp")).ShouldBeEmpty($"{part} must not use Torch");
        if (!akka)
            references.Where(name => Is(name, "Akka")).ShouldBeEmpty($"{part} must not use Akka");
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void A_part_declares_no_more_than_it_may_use(string part, string[] ours, bool torch, bool akka)
    {
        var project = File.ReadAllText(Path.Combine(Repository.Root, "src", part, part + ".csproj"));

        ProjectReference().Matches(project).Select(match => match.Groups["name"].Value).Where(name => !ours.Contains(name)).ShouldBeEmpty();
        (torch || !(project.Contains("TorchSharp", StringComparison.Ordinal) || project.Contains("Torch.props", StringComparison.Ordinal)))
            .ShouldBeTrue($"{part} must not use Torch");
        (akka || !project.Contains("Include=\"Akka", StringComparison.Ordinal)).ShouldBeTrue($"{part} must not use Akka");
    }

    [Fact]
    public void Every_part_is_in_the_table()
    {
        var parts = Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName).Where(name => name != "LayerShuffle.Cli");
        parts.ShouldBe(Parts.Select(row => row.Data.Item1), ignoreOrder: true);
    }

    /// <summary>All our assemblies.</summary>
    public static TheoryData<string> Assemblies => [.. Parts.Select(row => row.Data.Item1), "layershuffle"];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_folders_import_each_other_in_a_circle(string assembly)
    {
        IReadOnlyDictionary<string, SortedSet<string>> uses = NamespaceUses.Read(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
        uses.ShouldNotBeEmpty();
        NamespaceUses.Circle(uses).ShouldBeNull();
    }

    /// <summary>A record prints all its properties. Where one of them is such a record again, printing it never ends, and the stack overflows.</summary>
    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_record_prints_itself_within_itself(string assembly)
    {
        Type[] types = Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, assembly + ".dll")).GetTypes();
        types.Where(PrintsItself).Select(type => type.FullName).ShouldBeEmpty();
        PrintsItself(typeof(Endless)).ShouldBeTrue();
        PrintsItself(typeof(Ending)).ShouldBeFalse();
    }

    /// <summary>A property that is computed never ends; one that is kept may be null somewhere.</summary>
    private static bool PrintsItself(Type type)
    {
        const BindingFlags own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        return type.GetMethod("PrintMembers", own) is not null && IsGenerated(type.GetMethod(nameof(ToString), own, []))
            && type.GetProperties(own).Any(property => property.PropertyType == type && property.GetMethod is { IsPublic: true } get && !IsGenerated(get));

        static bool IsGenerated(MethodInfo? method) => method?.IsDefined(typeof(CompilerGeneratedAttribute), false) ?? false;
    }

    private readonly record struct Endless(int Number)
    {
        public Endless Next => new(Number + 1);
    }

    private readonly record struct Ending(int Number)
    {
        public Ending Next => new(Number + 1);

        public override string ToString() => $"{Number}";
    }

    /// <summary>Who runs a scenario in a process of its own decides where anything is printed.</summary>
    [Theory]
    [InlineData("System.Console")]
    [InlineData("Spectre.Console")]
    [InlineData("System.CommandLine")]
    public void Runs_print_nothing(string library)
    {
        References("LayerShuffle.Runs").ShouldNotContain(library);
        References("LayerShuffle.Swarm").ShouldNotContain(library);
        References("layershuffle").ShouldContain(library);
    }

    [Fact]
    public void A_circle_is_found()
    {
        var uses = new Dictionary<string, SortedSet<string>> { ["A"] = ["B"], ["B"] = ["C", "D"], ["C"] = [], ["D"] = ["A"] };
        NamespaceUses.Circle(uses).ShouldBe("A -> B -> D -> A");
        NamespaceUses.Read(typeof(ArchitectureTests).Assembly.Location)["LayerShuffle.EndToEnd.Tests"].ShouldContain("LayerShuffle.EndToEnd.Tests.Documents");
    }

    [Fact]
    public void The_assembly_of_this_test_uses_what_it_says() => _ = Documents.Pages.Read("README.md"); // the use that the test above finds

    [Fact]
    public void A_source_file_declares_a_type() => SourceFiles()
        .Where(path => Types(path).Count == 0 && Path.GetFileName(path) is not ("Program.cs" or "GlobalUsings.cs" or "AssemblyInfo.cs"))
        .Select(Relative).ShouldBeEmpty();

    private static string[] References(string assembly)
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }

    private static bool Is(string assembly, string family) =>
        assembly.Equals(family, StringComparison.OrdinalIgnoreCase) || assembly.StartsWith(family + ".", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> SourceFiles()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !Path.GetRelativePath(Repository.Root, path).Split(Path.DirectorySeparatorChar).Any(folder => folder is "obj" or "bin"))
                .Order(StringComparer.Ordinal).ToList();
        files.ShouldNotBeEmpty();
        return files;
    }

    private static List<(string Name, bool Public)> Types(string path) =>
        [.. TypeDeclaration().Matches(File.ReadAllText(path))
            .Select(match => (match.Groups["name"].Value, match.Groups["modifiers"].Value.Contains("public", StringComparison.Ordinal)))];

    private static string Relative(string path) => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');

    [GeneratedRegex("""ProjectReference Include="[^"]*?(?<name>[A-Za-z.]+)\.csproj"?""")]
    private static partial Regex ProjectReference();

    [GeneratedRegex(
        @"^[ ]*(?<modifiers>(?:(?:public|internal|private|protected|file|static|sealed|abstract|partial|readonly|ref|unsafe|new)\s+)*)"
        + @"(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?|delegate\s+[\w<>\[\]?., ]+?)"
        + @"\s+(?<name>[A-Za-z_]\w*)\s*(?:[<({:;]|where\b|\r?$)",
        RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();
}
