using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace LayerShuffle.Security;

/// <summary>Makes the certificates of a run, and reads those of others.</summary>
internal static class ClusterCertificates
{
    /// <summary>TLS server authentication, as an extended key usage.</summary>
    public const string ServerUsage = "1.3.6.1.5.5.7.3.1";

    /// <summary>TLS client authentication, as an extended key usage.</summary>
    public const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    // Fixed and wide: the certificates live as long as a process does, so machines whose clocks are wrong must still meet.
    private static readonly DateTimeOffset From = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), To = new(2199, 12, 31, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A certificate of an authority, with the given private key.</summary>
    public static X509Certificate2 Authority(ECDsa key)
    {
        var request = new CertificateRequest("CN=LayerShuffle run", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(From, To);
    }

    /// <summary>A new certificate that an authority issues, and its private key (PKCS #8).</summary>
    public static (byte[] Certificate, byte[] Key) Leaf(X509Certificate2 authority, string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Endpoint($"CN=\"LayerShuffle {name}\"", key);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        using X509Certificate2 leaf = request.Create(authority, From, To, Serial(key));
        return (leaf.RawData, key.ExportPkcs8PrivateKey());
    }

    /// <summary>A certificate that only says which key a connection has.</summary>
    public static X509Certificate2 Anonymous()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Usable(Endpoint("CN=LayerShuffle", key).CreateSelfSigned(From, To));
    }

    private static CertificateRequest Endpoint(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerUsage), new Oid(ClientUsage)], false));
        return request;
    }

    private static byte[] Serial(ECDsa key)
    {
        byte[] serial = SHA256.HashData(key.ExportSubjectPublicKeyInfo())[..16]; // the key is new, so this is too
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return serial;
    }

    /// <summary>Windows' TLS wants a key that its key store knows, not one that lives in this process only.</summary>
    public static X509Certificate2 Usable(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
            return certificate;
        using (certificate)
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Reads PEM files. The key may stand in the certificate's file; further certificates in that file are intermediates.</summary>
    /// <exception cref="ClusterIdentityException">A file is missing or does not hold what it should.</exception>
    public static (X509Certificate2 Leaf, X509Certificate2Collection Intermediates, X509Certificate2Collection Authorities) Read(
        string certificateFile, string? keyFile, string authorityFile)
    {
        X509Certificate2Collection sent = ReadPem(certificateFile, "certificate"), authorities = ReadPem(authorityFile, "authority");
        PrivateFile.Check(keyFile ?? certificateFile, "private key");
        try
        {
            X509Certificate2 leaf = Usable(X509Certificate2.CreateFromPemFile(certificateFile, keyFile));
            sent[0].Dispose();
            sent.RemoveAt(0);
            return (leaf, sent, authorities);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new ClusterIdentityException(
                $"The private key of {certificateFile} could not be read from {keyFile ?? certificateFile}: {e.Message.TrimEnd('.')}. An unencrypted PEM key "
                    + "that belongs to the first certificate in the file is expected.", e);
        }
    }

    private static X509Certificate2Collection ReadPem(string file, string what)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(File.ReadAllText(file, Encoding.UTF8));
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ClusterIdentityException($"The {what} file {file} could not be read: {e.Message}", e);
        }

        if (certificates.Count == 0)
            throw new ClusterIdentityException($"The {what} file {file} holds no certificate. PEM (-----BEGIN CERTIFICATE-----) is expected.");
        return certificates;
    }
}
