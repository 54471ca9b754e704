using System.Text;
using Akka.Configuration;

namespace LayerShuffle.Cluster.Serialization;

/// <summary>Akka's configuration for the control plane's messages.</summary>
public static class ClusterSerialization
{
    /// <summary>
    /// Binds every message of <see cref="MessageCodecs.Control"/> to <see cref="ClusterMessageSerializer"/>, takes Newtonsoft's JSON away altogether (its
    /// identifier is unknown to a receiver then), makes whatever is not bound an error, and refuses remote deployment, which would let a peer name a type.
    /// Put it in front of other configuration (<c>WithFallback</c>).
    /// </summary>
    public static Config Config()
    {
        var bindings = new StringBuilder();
        foreach (MessageCodec codec in MessageCodecs.Control)
            bindings.Append("      \"").Append(NameOf(codec.MessageType)).Append("\" = layershuffle\n");
        return ConfigurationFactory.ParseString($$"""
            akka.actor {
              serializers {
                layershuffle = "{{NameOf(typeof(ClusterMessageSerializer))}}"
                json = "{{NameOf(typeof(RefusingSerializer))}}"
                daemon-create = "{{NameOf(typeof(RefusingSerializer))}}"
              }
              serialization-bindings {
                "System.Object" = json
            {{bindings}}  }
              serialization-settings.allow-unregistered-types = off
            }
            """);
    }

    private static string NameOf(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}
