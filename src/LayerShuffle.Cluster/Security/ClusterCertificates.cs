using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace LayerShuffle.Cluster.Security;

/// <summary>Makes the certificates of a cluster that has a secret: an authority whose key everyone derives, and a leaf of this process alone.</summary>
internal static class ClusterCertificates
{
    /// <summary>TLS server authentication, as an extended key usage.</summary>
    public const string ServerUsage = "1.3.6.1.5.5.7.3.1";

    /// <summary>TLS client authentication, as an extended key usage.</summary>
    public const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    // Fixed and wide: the certificates live as long as a process does and the secret is the identity, so machines whose clocks are wrong must still meet.
    private static readonly DateTimeOffset From = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), To = new(2199, 12, 31, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The authority of a secret (its private key is forgotten again) and a new leaf issued by it, with its private key.</summary>
    public static (X509Certificate2 Authority, X509Certificate2 Leaf) Issue(ReadOnlySpan<byte> secret)
    {
        using ECDsa key = DerivedKey.FromSecret(secret, "cluster authority, version 1");
        var request = new CertificateRequest("CN=LayerShuffle cluster authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        var identifier = new X509SubjectKeyIdentifierExtension(request.PublicKey, false);
        request.CertificateExtensions.Add(identifier);
        using X509Certificate2 authority = request.CreateSelfSigned(From, To);
        return (X509CertificateLoader.LoadCertificate(authority.RawDataMemory.Span), Leaf(authority, identifier));
    }

    private static X509Certificate2 Leaf(X509Certificate2 authority, X509SubjectKeyIdentifierExtension issuer)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=LayerShuffle endpoint", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerUsage), new Oid(ClientUsage)], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(issuer)); // by key: the authority's serial differs from process to process
        byte[] serial = SHA256.HashData(key.ExportSubjectPublicKeyInfo())[..16]; // the key is new, so this is too
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        using X509Certificate2 bare = request.Create(authority, From, To, serial);
        return Usable(bare.CopyWithPrivateKey(key));
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
                $"The private key of {certificateFile} could not be read from {keyFile ?? certificateFile}: {e.Message.TrimEnd('.')}. An unencrypted PEM key that belongs to the first certificate in the file is expected.", e);
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
