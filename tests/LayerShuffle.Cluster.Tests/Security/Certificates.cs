using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LayerShuffle.Cluster.Tests.Security;

/// <summary>Certificates as somebody's own authority would issue them.</summary>
internal static class Certificates
{
    /// <summary>An authority that signed itself.</summary>
    public static X509Certificate2 Authority(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
    }

    /// <summary>Writes a certificate that an authority issued, with its key in the same file where no other is named.</summary>
    public static void Issue(X509Certificate2 authority, string name, string certificateFile, string? keyFile, bool serverOnly = false)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        OidCollection usages = [new Oid("1.3.6.1.5.5.7.3.1")];
        if (!serverOnly)
            usages.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, false));
        using X509Certificate2 leaf = request.Create(authority, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100), [1, 2, 3]);
        string keyPem = key.ExportPkcs8PrivateKeyPem();
        foreach (string file in new[] { certificateFile, keyFile ?? certificateFile })
        {
            File.WriteAllText(file, "");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite); // a key that others may read is refused
        }

        File.WriteAllText(certificateFile, leaf.ExportCertificatePem() + (keyFile is null ? "\n" + keyPem : ""));
        if (keyFile is not null)
            File.WriteAllText(keyFile, keyPem);
    }
}
