using System.Reflection;
using System.Runtime.CompilerServices;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Training;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Cluster.Serialization;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Transport.Blobs;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Serialization;

/// <summary>
/// Random values of any record, by reflection: every constructor parameter and every settable property gets one, so that a property that is added later is
/// covered without anybody thinking of it. Whatever may be null sometimes is; of an abstract record any of its kinds is drawn.
/// </summary>
internal sealed class RandomValues(RandomStream luck, Tensor[] tensors)
{
    private static readonly string[] Texts = ["", "a", "node-1", "coordinator", "ein Wörtchen", "層", "🜁 air", new string('x', 200)];
    private readonly NullabilityInfoContext nullability = new();

    public object Make(Type type)
    {
        object made = Assemble(type);
        return made switch // what the codecs check holds of what is sent
        {
            HopMessage hop => hop with
            {
                Journey = hop.Journey with { Next = hop.Journey.Next % (hop.Journey.Route.Length + 1), Member = 0, Parts = 0, Part = 0 },
            },
            TrainForward forward => forward with { Route = [.. forward.Route, 3], Position = forward.Position % (forward.Route.Length + 1) },
            TrainBackward backward => backward with { Route = [.. backward.Route, 3], Position = backward.Position % (backward.Route.Length + 1) },
            StepPrepared prepared => prepared with { Layer = Math.Max(0, prepared.Layer) }, // −1 is for hops only
            StepCommitted committed => committed with { Layer = Math.Max(0, committed.Layer) },
            StepAborted aborted => aborted with { Layer = Math.Max(0, aborted.Layer) }, // the coordinator's own stays with it
            StateImported imported => imported with { Layer = Math.Max(0, imported.Layer) },
            LayerState state => state with { Layer = Math.Max(0, state.Layer) },
            ImportState state => state with { Layer = Math.Max(0, state.Layer) },
            RoutedControl routed => routed with { To = Math.Max(0, routed.To), Message = (ControlMessage)Enclosed(typeof(ControlMessage)) },
            ToTraining message => message with { Message = Enclosed(typeof(object)) },
            HostLayers host => host with { Weights = [.. host.Layers.Select(_ => Texts[luck.Next(Texts.Length)])] },
            LayersMoved moved => moved with { Endpoints = [.. moved.Layers.Select(_ => luck.Next(5))] },
            DelayDistribution { Kind: DelayKind.Empirical, Quantiles: null } delay => delay with { Quantiles = Table() },
            SetSlowdown => new SetSlowdown(0.25 + luck.NextDouble()),
            _ => made,
        };
    }

    /// <summary>A message for an envelope: one that travels, and is no envelope.</summary>
    private object Enclosed(Type type)
    {
        Type[] kinds = [.. MessageCodecs.Control.Select(codec => codec.MessageType)
            .Where(t => t.IsAssignableTo(type) && t != typeof(RoutedControl) && t != typeof(ToTraining))];
        return Make(kinds[luck.Next(kinds.Length)]);
    }

    private object Value(Type type, string name)
    {
        if (type == typeof(bool))
            return luck.Next(2) == 0;
        if (type == typeof(byte))
            return (byte)luck.Next(256);
        if (type == typeof(int))
            return name is "Layer" or "To" && luck.Next(3) == 0 ? -1 : luck.Next(2) == 0 ? luck.Next(5) : luck.Next(int.MaxValue);
        if (type == typeof(long))
            return name is "Seed" or "Nanoseconds" ? unchecked((long)luck.NextBits()) : (long)(luck.NextBits() >> (1 + luck.Next(60)));
        if (type == typeof(ulong))
            return luck.NextBits();
        if (type == typeof(double))
            return luck.Next(8) switch { 0 => 0.0, 1 => double.PositiveInfinity, 2 => double.NaN, 3 => -0.0, _ => luck.NextGaussian() };
        if (type == typeof(string))
            return name switch
            {
                "Fate" => HopFate.All[luck.Next(HopFate.All.Count)],
                "Hash" => Blob.HashOf(BitConverter.GetBytes(luck.NextBits())),
                _ => Texts[luck.Next(Texts.Length)],
            };
        if (type.IsEnum)
            return Enum.GetValues(type).GetValue(luck.Next(Enum.GetValues(type).Length))!;
        if (type == typeof(QuantileTable))
            return Table();
        if (type == typeof(TraceTable))
            return TracePoints();
        if (type == typeof(ArrivalTimes))
            return ArrivalTimes.Of([0, luck.Next(5), 5 + luck.Next(1000)]);
        if (type == typeof(Tensor))
            return tensors[luck.Next(tensors.Length)];
        if (type == typeof(object))
            return new object();
        if (type.IsArray)
            return List(type.GetElementType()!);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            return List(type.GetGenericArguments()[0]);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
            return typeof(RandomValues).GetMethod(nameof(Dictionary), BindingFlags.NonPublic | BindingFlags.Instance)!
                .MakeGenericMethod(type.GetGenericArguments()).Invoke(this, null)!;
        return Make(type);
    }

    private QuantileTable Table() =>
        QuantileTable.OfSample(Enumerable.Range(0, 1 + luck.Next(4)).Select(_ => new Duration((long)(luck.NextBits() >> (4 + luck.Next(60))))));

    private TraceTable TracePoints()
    {
        bool isPackets = luck.Next(2) == 0;
        TracePoint[] points = [.. Enumerable.Range(0, 1 + luck.Next(4)).Select(i => new TracePoint(new((i * 1000L) + (i == 0 ? 0 : luck.Next(1000))),
            isPackets || luck.Next(2) == 0 ? null : new Duration(luck.Next(1000)), isPackets || luck.Next(2) == 0 ? null : luck.NextDouble(),
            isPackets || luck.Next(2) == 0 ? null : luck.NextDouble() * 1e6, isPackets || luck.Next(2) == 0 ? null : luck.Next(2) == 0,
            isPackets ? 1 + luck.Next(3) : 0))];
        return isPackets ? TraceTable.OfPackets([.. points, new(new(10_000), null, null, null, null, 1)]) : TraceTable.Of(points);
    }

    private object Assemble(Type type)
    {
        if (type.IsAbstract)
        {
            Type[] kinds = [.. type.Assembly.GetTypes().Where(t => t.IsSubclassOf(type) && !t.IsAbstract).OrderBy(t => t.FullName, StringComparer.Ordinal)];
            return Make(kinds[luck.Next(kinds.Length)]);
        }

        ConstructorInfo? constructor = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).FirstOrDefault();
        if (constructor is null && !type.IsValueType)
            throw new InvalidOperationException($"{type} has no public constructor.");
        ParameterInfo[] parameters = constructor?.GetParameters() ?? [];
        object?[] arguments = [.. parameters.Select(p => Maybe(p.ParameterType, p.Name!, nullability.Create(p)))];
        object made = constructor?.Invoke(arguments) ?? RuntimeHelpers.GetUninitializedObject(type);
        IEnumerable<PropertyInfo> others = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanWrite && !parameters.Any(q => q.Name == p.Name));
        foreach (PropertyInfo property in others)
            property.SetValue(made, Maybe(property.PropertyType, property.Name, nullability.Create(property)));
        return made;
    }

    private object? Maybe(Type type, string name, NullabilityInfo info)
    {
        Type? underlying = Nullable.GetUnderlyingType(type);
        bool mayBeNull = underlying is not null || (!type.IsValueType && info.ReadState == NullabilityState.Nullable);
        return mayBeNull && luck.Next(2) == 0 ? null : Value(underlying ?? type, name);
    }

    private Array List(Type item)
    {
        var list = Array.CreateInstance(item, luck.Next(4));
        for (int i = 0; i < list.Length; i++)
            list.SetValue(Value(item, ""), i);
        return list;
    }

    private Dictionary<TKey, TValue> Dictionary<TKey, TValue>()
        where TKey : notnull
    {
        Dictionary<TKey, TValue> pairs = [];
        for (int i = luck.Next(4); i > 0; i--)
            pairs[(TKey)Value(typeof(TKey), "")] = (TValue)Value(typeof(TValue), "");
        return pairs;
    }
}
