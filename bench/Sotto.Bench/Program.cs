// Each benchmark is a verb: dotnet run -c Release --project bench/Sotto.Bench -- <verb>.
Console.WriteLine("usage: Sotto.Bench <verb>");
return 2;
