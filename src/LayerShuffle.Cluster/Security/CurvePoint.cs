using System.Numerics;

namespace LayerShuffle.Cluster.Security;

/// <summary>A point of NIST P-256 that is not infinity.</summary>
internal readonly record struct CurvePoint(BigInteger X, BigInteger Y);
