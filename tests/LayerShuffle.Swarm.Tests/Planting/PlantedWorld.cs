using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text.RegularExpressions;
using LayerShuffle.EndToEnd.Tests;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace LayerShuffle.Swarm.Tests.Planting;

/// <summary>
/// The program with a fault in it: one of its parts, compiled from the sources with a few words changed, in a load context of its own beside all other parts.
/// The program itself has no switch for that.
/// </summary>
internal sealed partial class PlantedWorld : AssemblyLoadContext
{
    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);
    private static readonly ConcurrentDictionary<string, Lazy<CSharpCompilation>> Parts = [];
    private readonly string part;
    private readonly byte[] image;
    private readonly Scratch copies;

    private PlantedWorld(string part, byte[] image, Scratch copies) => (this.part, this.image, this.copies) = (part, image, copies);

    /// <summary>Looks for the first seed that shows the fault.</summary>
    /// <returns>What is found; null if nothing is.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)] // nothing of the world may stay on the stack
    public static string? Look(PlantedFault fault, long[] seeds)
    {
        string name = fault.File.Split('/')[1];
        using var copies = new Scratch();
        var world = new PlantedWorld(name, Compile(name, Path.Combine(Repository.Root, fault.File), fault), copies);
        MethodInfo look = world.Copied(typeof(FirstFinding).Assembly.Location).GetType(typeof(FirstFinding).FullName!, true)!
            .GetMethod(nameof(FirstFinding.Look))!;
        return (string?)look.Invoke(null, [seeds]);
    }

    /// <summary>The part that the fault is in, and everything that may refer to it, also by its name, as Akka does; all else is shared.</summary>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == part)
            return LoadFromStream(new MemoryStream(image));
        string own = Path.Combine(AppContext.BaseDirectory, assemblyName.Name + ".dll");
        return Own().IsMatch(assemblyName.Name!) && File.Exists(own) ? Copied(own) : null;
    }

    /// <summary>A copy: what is compiled beforehand in a file serves the first context that loads it, and none after it.</summary>
    private Assembly Copied(string file)
    {
        string copy = copies.At(Path.GetFileName(file));
        File.Copy(file, copy);
        return LoadFromAssemblyPath(copy);
    }

    private static byte[] Compile(string name, string path, PlantedFault fault)
    {
        CSharpCompilation healthy = Parts.GetOrAdd(name, part => new Lazy<CSharpCompilation>(() => Healthy(part))).Value;
        SyntaxTree old = healthy.SyntaxTrees.Single(tree => tree.FilePath == path);
        string text = File.ReadAllText(path).ReplaceLineEndings("\n");
        Regex.Count(text, Regex.Escape(fault.Find)).ShouldBe(1, $"{fault.Name}: what is to be changed must stand once in {fault.File}:\n{fault.Find}");
        SyntaxTree planted = Parsed(text.Replace(fault.Find, fault.Replace, StringComparison.Ordinal), path);
        using var image = new MemoryStream();
        EmitResult emitted = healthy.ReplaceSyntaxTree(old, planted).Emit(image);
        emitted.Success.ShouldBeTrue($"{fault.Name} does not compile:\n"
            + string.Join('\n', emitted.Diagnostics.Where(problem => problem.Severity == DiagnosticSeverity.Error)));
        return image.ToArray();
    }

    private static CSharpCompilation Healthy(string part)
    {
        string folder = Path.Combine(Repository.Root, "src", part), project = File.ReadAllText(Path.Combine(folder, part + ".csproj"));
        IEnumerable<string> usings = ((string[])["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading",
            "System.Threading.Tasks"]).Concat(Using().Matches(project).Select(match => match.Groups["name"].Value));
        string own = string.Concat(usings.Select(name => $"global using {name};\n"))
            + string.Concat(Friend().Matches(project)
                .Select(match => $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{match.Groups["name"].Value}\")]\n"));
        IEnumerable<string> sources = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(path => !Path.GetRelativePath(folder, path).Split(Path.DirectorySeparatorChar).Any(name => name is "obj" or "bin"));
        IEnumerable<string> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileNameWithoutExtension(path) != part);
        return CSharpCompilation.Create(part,
            [Parsed(own, "own.cs"), .. sources.Select(path => Parsed(File.ReadAllText(path), path))],
            references.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Annotations, // the program's own build has the warnings
                metadataImportOptions: MetadataImportOptions.Public));
    }

    /// <summary>No source generators here: what they would write of a regular expression is written out.</summary>
    private static SyntaxTree Parsed(string text, string path) => CSharpSyntaxTree.ParseText(
        GeneratedRegexAttribute().Replace(text,
            match => $"private static Regex {match.Groups["name"].Value}() => new Regex({match.Groups["arguments"].Value});"),
        Language, path);

    [GeneratedRegex(@"^(LayerShuffle|Akka)(\.|$)")]
    private static partial Regex Own();

    [GeneratedRegex("""Using Include="(?<name>[A-Za-z.]+)""")]
    private static partial Regex Using();

    [GeneratedRegex("""InternalsVisibleTo Include="(?<name>[A-Za-z.]+)""")]
    private static partial Regex Friend();

    [GeneratedRegex(@"\[GeneratedRegex\((?<arguments>.+?)\)\]\s*(?:internal|private) static partial Regex (?<name>\w+)\(\);", RegexOptions.Singleline)]
    private static partial Regex GeneratedRegexAttribute();
}
