using Sotto.Bench;

// dotnet run -c Release --project bench/Sotto.Bench -- NAME [options]
switch (args.FirstOrDefault())
{
    case "log-writer":
        await LogWriterBench.RunAsync(args.ElementAtOrDefault(1));
        break;
    default:
        Console.WriteLine("Benchmarks: log-writer [Host=…]");
        break;
}
