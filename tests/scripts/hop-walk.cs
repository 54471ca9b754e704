#!/usr/bin/env dotnet
#:package Mono.Cecil
#:property TreatWarningsAsErrors=false
#:property RunAnalyzers=false
#:property GenerateDocumentationFile=false
#:property PublishAot=false
#:property AllowUnsafeBlocks=true

// Which source files a hop walks through, on each clock: every method of ours gets a call at its beginning that says so, in a copy of the built program.
// What is counted are files with a method that ran between a request's arrival and its result (coordinator), or from the first hop's frame to the end of the
// trial (workers), in a trial of some requests through a small model, without faults and losses. Supervision beats its heart meanwhile and is left out.
//
//   dotnet build -c Release src/LayerShuffle.Cli -p:Precompile=false
//   dotnet run tests/scripts/hop-walk.cs -- [--list] [FOLDER OF THE BUILT PROGRAM]
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Mono.Cecil;
using Mono.Cecil.Cil;

bool list = args.Contains("--list");
string root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../.."));
string program = args.FirstOrDefault(argument => argument != "--list") ?? Path.Combine(root, "artifacts/bin/LayerShuffle.Cli/release");
string work = Directory.CreateTempSubdirectory("hop-walk").FullName;
try
{
    string copy = Path.Combine(work, "program");
    CopyFolder(program, copy);
    string[] files = Instrument(copy);
    SortedSet<string> @virtual = Walk("virtual"), wall = Walk("wall");
    string[] shared = [.. @virtual.Intersect(wall)];
    Console.WriteLine($"virtual {@virtual.Count}, wall {wall.Count}, shared {shared.Length}");
    if (list)
    {
        foreach (string file in @virtual.Union(wall).Order(StringComparer.Ordinal))
            Console.WriteLine($"{(@virtual.Contains(file) ? 'v' : ' ')}{(wall.Contains(file) ? 'w' : ' ')} {file}");
    }

    SortedSet<string> Walk(string clock)
    {
        string scenario = Path.Combine(work, clock + ".yaml"), hits = Directory.CreateDirectory(Path.Combine(work, clock)).FullName;
        File.WriteAllText(scenario, $$"""
            name: walk
            seed: 7
            clock: {{clock}}
            threads: 1
            dataset: {kind: shapes, train: 320, test: 80}
            model:
              {image_size: 32, patch_size: 16, hidden_size: 32, num_hidden_layers: 4, num_attention_heads: 2, intermediate_size: 64,
               training: {epochs: 1, batch_size: 16} }
            models: {shuffled: {variant: layershuffle-position} }
            cluster: {nodes: 2, compute_time: 2ms}
            network: {latency: 20ms}
            routing: {order: arbitrary, timeout: 2s, retries: 1, on_failure: skip}
            workload: {requests: 8, deadline: 30s}
            trace: all
            """);
        var start = new ProcessStartInfo(Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet");
        foreach (string argument in new[] { Path.Combine(copy, "layershuffle.dll"), "run", scenario, "--output", Path.Combine(work, "out-" + clock) })
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(Probe).Assembly.Location;
        start.Environment["HOP_WALK"] = hits;
        start.Environment["LAYERSHUFFLE_CACHE"] = Path.Combine(work, "cache");
        using Process run = Process.Start(start)!;
        run.WaitForExit();
        if (run.ExitCode != 0)
            throw new InvalidOperationException($"The run on the {clock} clock ended with {run.ExitCode}.");
        return new(Directory.GetFiles(hits).SelectMany(File.ReadAllLines).Select(line => files[int.Parse(line)])
            .Where(file => file.Length > 0 && !file.Contains("/LayerShuffle.Supervision/", StringComparison.Ordinal)), StringComparer.Ordinal);
    }
}
finally
{
    Directory.Delete(work, true);
}

static string Here([CallerFilePath] string path = "") => path;

/// The number of a method is its index: the file it stands in.
string[] Instrument(string folder)
{
    List<string> found = [];
    foreach (string path in Directory.GetFiles(folder, "*.dll")
        .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("LayerShuffle.", StringComparison.Ordinal) || name == "layershuffle.dll")))
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(folder);
        using ModuleDefinition module = ModuleDefinition.ReadModule(path,
            new ReaderParameters { ReadSymbols = true, InMemory = true, AssemblyResolver = resolver });
        MethodReference hit = module.ImportReference(typeof(Probe).GetMethod(nameof(Probe.Hit)));
        foreach (MethodDefinition method in module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody))
        {
            string file = method.DebugInformation.SequencePoints.FirstOrDefault()?.Document.Url ?? "";
            if (!file.Contains("/src/LayerShuffle.", StringComparison.Ordinal) || file.Contains("/obj/", StringComparison.Ordinal))
                continue; // generated
            file = file[(file.IndexOf("/src/LayerShuffle.", StringComparison.Ordinal) + 1)..];
            int gate = $"{method.DeclaringType.Name}.{method.Name}" switch
            {
                "CoordinatorActor.Submit" or "WallCarrier.OnFrame" => 1,
                "RequestLog.Add" or "Worker.EndTrial" => 2,
                _ => 0,
            };
            ILProcessor il = method.Body.GetILProcessor();
            Instruction first = method.Body.Instructions[0];
            il.InsertBefore(first, il.Create(OpCodes.Ldc_I4, found.Count));
            il.InsertBefore(first, il.Create(OpCodes.Ldc_I4, gate));
            il.InsertBefore(first, il.Create(OpCodes.Call, hit));
            found.Add(file);
        }

        module.Write(path);
        File.Delete(Path.ChangeExtension(path, ".pdb"));
    }

    return [.. found];
}

static void CopyFolder(string from, string to)
{
    Directory.CreateDirectory(to);
    foreach (string file in Directory.GetFiles(from))
    {
        string name = Path.GetFileName(file), target = Path.Combine(to, name);
        if (name.Contains("torch", StringComparison.OrdinalIgnoreCase) || new FileInfo(file).Length > 20_000_000)
            File.CreateSymbolicLink(target, file);
        else
            File.Copy(file, target);
    }

    foreach (string folder in Directory.GetDirectories(from))
        CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
}

/// In the program under way: notes methods while the gate is open, and writes them down at the end, whatever that is.
public static class Probe
{
    private static readonly bool[] Seen = new bool[100_000];
    private static readonly string? Folder = Environment.GetEnvironmentVariable("HOP_WALK");
    private static volatile bool open;

    public static void Hit(int method, int gate)
    {
        if (gate == 1)
            open = true;
        if (open)
            Seen[method] = true;
        if (gate != 2 || !open)
            return;
        open = false;
        Save();
    }

    private static void Save()
    {
        if (Folder is not null)
            File.WriteAllLines(Path.Combine(Folder, $"{Environment.ProcessId}"),
                Enumerable.Range(0, Seen.Length).Where(method => Seen[method]).Select(method => $"{method}"));
    }
}

internal static class StartupHook
{
    public static void Initialize() => System.Runtime.Loader.AssemblyLoadContext.Default.Resolving += (_, name) =>
        name.Name == typeof(Probe).Assembly.GetName().Name ? typeof(Probe).Assembly : null;
}
