namespace LayerShuffle.EndToEnd.Tests;

/// <summary>A temporary folder that a user works in: scenarios, results, and a cache of trained models of its own.</summary>
internal sealed class Workplace : IDisposable
{
    public Workplace()
    {
        Directory.CreateDirectory(Cache);
        Directory.CreateDirectory(Temporary);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("layershuffle-e2e").FullName;

    public string Cache => At("cache");

    /// <summary>The temporary folder of the programs that run here.</summary>
    public string Temporary => At("tmp");

    public string At(string name) => Path.Combine(Folder, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        return At(name);
    }

    /// <summary>Forgets the models that were trained here.</summary>
    public void Forget()
    {
        Directory.Delete(Cache, true);
        Directory.CreateDirectory(Cache);
    }

    /// <summary>Takes over the models that were trained elsewhere.</summary>
    public void TakeCacheOf(Workplace other)
    {
        foreach (string file in Directory.EnumerateFiles(other.Cache, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(Cache, Path.GetRelativePath(other.Cache, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>Starts the program here.</summary>
    public Program Start(params string[] args) => Program.Start(this, null, args);

    /// <summary>Runs the program here to its end.</summary>
    public async Task<Program> Run(params string[] args)
    {
        Program program = Start(args);
        await program.Ended;
        return program;
    }

    public void Dispose() => Directory.Delete(Folder, true);
}
