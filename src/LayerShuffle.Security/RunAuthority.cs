using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LayerShuffle.Security;

/// <summary>
/// The authority of one run: its key is drawn at random, never leaves the coordinator's process and ends with it. It issues each worker a certificate, so that
/// only processes that this run has started are of it, whoever else knows the secret by which nodes join.
/// </summary>
public sealed class RunAuthority : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 authority;
    private readonly byte[] planeKey = Chance.Bytes(32);

    /// <summary>Draws the key.</summary>
    public RunAuthority() => authority = ClusterCertificates.Authority(key);

    /// <summary>A new process's grant.</summary>
    /// <param name="name">Whose, for those who look at certificates: <c>node 2, incarnation 1</c>.</param>
    public ClusterGrant Grant(string name)
    {
        lock (key)
        {
            (byte[] certificate, byte[] leafKey) = ClusterCertificates.Leaf(authority, name);
            return new ClusterGrant(authority.RawData, certificate, leafKey, planeKey);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        authority.Dispose();
        key.Dispose();
    }
}
