using Orleans;
using Sotto.Server.Cluster;

namespace Sotto.Server.Tests.Cluster;

[GenerateSerializer, Immutable, Alias("tests.greeting")]
internal sealed record Greeting([property: Id(0)] string Word) : NodeMessage;
