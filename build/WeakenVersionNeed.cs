using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Copies an ELF64 shared library and sets VER_FLG_WEAK in its version need of one symbol version, so that the loader only warns where that version is missing.
/// Layout: the ELF specification's section headers, and Elf64_Verneed / Elf64_Vernaux of the LSB core specification. A file without that need is copied as it
/// is.
/// </summary>
public class WeakenVersionNeed : Task
{
    private const uint SectionTypeVerneed = 0x6ffffffe;
    private const ushort WeakFlag = 0x2;

    public string Source { get; set; }

    public string Destination { get; set; }

    public string Version { get; set; }

    public override bool Execute()
    {
        try
        {
            if (File.Exists(Destination) && File.GetLastWriteTimeUtc(Destination) == File.GetLastWriteTimeUtc(Source))
                return true; // already patched: the copy bears its source's time

            byte[] image = File.ReadAllBytes(Source);
            int weakened = Weaken(image);
            Directory.CreateDirectory(Path.GetDirectoryName(Destination));
            string temporary = Destination + "." + System.Diagnostics.Process.GetCurrentProcess().Id + ".tmp";
            File.WriteAllBytes(temporary, image);
            File.SetLastWriteTimeUtc(temporary, File.GetLastWriteTimeUtc(Source));
            if (File.Exists(Destination))
                File.Delete(Destination);
            File.Move(temporary, Destination);
            Log.LogMessage(MessageImportance.Low, "{0}: {1} need(s) of {2} made weak", Destination, weakened, Version);
            return true;
        }
        catch (Exception e)
        {
            Log.LogErrorFromException(e);
            return false;
        }
    }

    private int Weaken(byte[] image)
    {
        if (image.Length < 64 || image[0] != 0x7f || image[1] != (byte)'E' || image[4] != 2)
            return 0; // not a 64-bit ELF file
        long sectionTable = BitConverter.ToInt64(image, 0x28);
        int entrySize = BitConverter.ToUInt16(image, 0x3a), count = BitConverter.ToUInt16(image, 0x3c);
        int weakened = 0;
        for (int i = 0; i < count; i++)
        {
            int section = (int)(sectionTable + (long)i * entrySize);
            if (BitConverter.ToUInt32(image, section + 4) != SectionTypeVerneed)
                continue;
            int need = (int)BitConverter.ToInt64(image, section + 0x18);
            int linked = (int)(sectionTable + (long)BitConverter.ToUInt32(image, section + 0x28) * entrySize);
            int strings = (int)BitConverter.ToInt64(image, linked + 0x18);
            weakened += WeakenNeeds(image, need, strings);
        }

        return weakened;
    }

    private int WeakenNeeds(byte[] image, int need, int strings)
    {
        int weakened = 0;
        while (true)
        {
            int auxiliaries = BitConverter.ToUInt16(image, need + 2), auxiliary = need + (int)BitConverter.ToUInt32(image, need + 8);
            for (int i = 0; i < auxiliaries; i++)
            {
                if (ReadString(image, strings + (int)BitConverter.ToUInt32(image, auxiliary + 8)) == Version)
                {
                    ushort flags = (ushort)(BitConverter.ToUInt16(image, auxiliary + 4) | WeakFlag);
                    image[auxiliary + 4] = (byte)flags;
                    image[auxiliary + 5] = (byte)(flags >> 8);
                    weakened++;
                }

                auxiliary += (int)BitConverter.ToUInt32(image, auxiliary + 12);
            }

            int next = (int)BitConverter.ToUInt32(image, need + 12);
            if (next == 0)
                return weakened;
            need += next;
        }
    }

    private static string ReadString(byte[] image, int at)
    {
        int end = Array.IndexOf(image, (byte)0, at);
        return Encoding.ASCII.GetString(image, at, end - at);
    }
}
