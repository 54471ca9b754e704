using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using LayerShuffle.Core.Files;

namespace LayerShuffle.Datasets.Downloads;

/// <summary>
/// Gets a public dataset into a folder. What was downloaded of a file is kept until it is whole, so that the same call goes on; a file is unpacked only when
/// its hash is right; the folder counts as whole only when all files are unpacked, which a last file in it says.
/// </summary>
/// <param name="client">Fetches.</param>
/// <param name="say">Told in sentences of what is done.</param>
/// <param name="progress">Told how far a file is: its name, the bytes so far and those of all (null: not known). Comes often.</param>
public sealed class DatasetDownload(HttpClient client, Action<string> say, Action<string, long, long?>? progress = null)
{
    private const string Part = ".part", Marker = "dataset.txt";

    /// <summary>Gets a dataset.</summary>
    /// <param name="dataset">Which.</param>
    /// <param name="folder">Where to; it must be empty or not there, or hold what an earlier call left.</param>
    /// <param name="mirror">Where else its files lie, under the same names; null: at its makers' address.</param>
    /// <param name="cancellation">Stops it; what was downloaded stays.</param>
    /// <exception cref="DatasetException">It cannot be got, or the folder holds something else.</exception>
    public async Task Get(PublicDataset dataset, string folder, Uri? mirror = null, CancellationToken cancellation = default)
    {
        string marker = Path.Combine(folder, Marker), contents = Contents(dataset);
        if (File.Exists(marker) && await File.ReadAllTextAsync(marker, cancellation).ConfigureAwait(false) == contents)
        {
            say($"{dataset.Name} is in {folder} already.");
            return;
        }

        CheckIsOurs(dataset, folder);
        Disk.MakeFolder(folder);
        foreach (PublicFile file in dataset.Files)
        {
            string archive = Path.Combine(folder, file.Name);
            if (!File.Exists(archive))
                await Fetch(file, Address(dataset, mirror, file), archive, cancellation).ConfigureAwait(false);
        }

        foreach (PublicFile file in dataset.Files)
        {
            say($"unpacking {file.Name}");
            Unpacker.Unpack(Path.Combine(folder, file.Name), file.Packing, folder, cancellation);
        }

        Disk.Replace(marker, System.Text.Encoding.UTF8.GetBytes(contents), durable: false);
        foreach (PublicFile file in dataset.Files)
            Disk.Delete(Path.Combine(folder, file.Name));
    }

    private static Uri Address(PublicDataset dataset, Uri? mirror, PublicFile file)
    {
        Uri at = mirror ?? dataset.Address;
        return new Uri(at.AbsoluteUri.EndsWith('/') ? at : new Uri(at.AbsoluteUri + "/"), file.Name);
    }

    private static string Contents(PublicDataset dataset) =>
        $"{dataset.Name}\n{string.Concat(dataset.Files.Select(file => $"{file.Md5}  {file.Name}\n"))}";

    /// <summary>Nothing of anybody's is written over: what lies there must be what a call like this leaves.</summary>
    private static void CheckIsOurs(PublicDataset dataset, string folder)
    {
        if (File.Exists(folder))
            throw new DatasetException($"{folder} is a file. Name a folder.");
        if (!Directory.Exists(folder))
            return;
        string[] names = [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!)];
        bool begun = names.Any(name => dataset.Files.Any(file => name == file.Name || name == file.Name + Part));
        if (names.Length > 0 && !begun)
            throw new DatasetException($"{folder} exists and is not empty; nothing is overwritten. Name another folder.");
    }

    private async Task Fetch(PublicFile file, Uri address, string archive, CancellationToken cancellation)
    {
        string part = archive + Part;
        try
        {
            await Receive(address, file.Name, part, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException
            || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            long kept = File.Exists(part) ? new FileInfo(part).Length : 0;
            throw new DatasetException($"{address} cannot be fetched: {(e.InnerException ?? e).Message.TrimEnd('.')}. "
                + (kept > 0 ? string.Create(CultureInfo.InvariantCulture, $"The same command goes on behind the {kept / 1e6:0.0} MB that are here; or ")
                    : "Is there a network? Else ")
                + $"fetch it elsewhere, put it to {archive} and give the command again. Behind a proxy set https_proxy; --from URL names a mirror.");
        }

        string found = await Md5(part, cancellation).ConfigureAwait(false);
        if (found != file.Md5)
        {
            Disk.Delete(part);
            throw new DatasetException($"{address} is not the file that it should be: its MD5 is {found}, and {file.Md5} is published. It was removed; try "
                + "again, or another mirror (--from URL).");
        }

        Disk.Move(part, archive);
    }

    private async Task Receive(Uri address, string name, string part, CancellationToken cancellation)
    {
        long have = File.Exists(part) ? new FileInfo(part).Length : 0;
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (have > 0)
            request.Headers.Range = new RangeHeaderValue(have, null);
        using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            return; // it is whole already, or something else: its hash tells
        response.EnsureSuccessStatusCode();
        bool goesOn = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == have;
        say(goesOn ? $"going on with {address}" : $"fetching {address}");
        long done = goesOn ? have : 0;
        long? all = done + response.Content.Headers.ContentLength;
        Disk.About("append", part);
        using Stream from = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        using var to = new FileStream(part, goesOn ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read);
        var buffer = new byte[1 << 16];
        for (int read; (read = await from.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
        {
            await to.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            done += read;
            progress?.Invoke(name, done, all);
        }

        if (all is { } expected && done < expected)
            throw new IOException("the connection ended before the file did");
    }

    private static async Task<string> Md5(string path, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using FileStream file = File.OpenRead(path);
        var buffer = new byte[1 << 16];
        for (int read; (read = await file.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
            hash.AppendData(buffer.AsSpan(0, read));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
