# Draws channels.dat, which shm_bench --rows channels --charts writes into this folder.
set terminal svg noenhanced size 860,460 font "sans-serif,13" background "white"
set border 3 lc rgb "#606060"
set tics nomirror
set grid lc rgb "#d8d8d8" lw 1
set key left top samplen 1.5

set output "channels.svg"
set title "A service with many channels"
set logscale xy
set xrange [80:12000]
set xlabel "channels"
set format y "%.0s %cs"
plot "channels.dat" using 1:2 with linespoints lc rgb "#2c3e50" lw 2 pt 7 ps 0.7 title "start of the service", \
  "" using 1:3 with linespoints lc rgb "#c0392b" lw 2 pt 7 ps 0.7 title "opening a channel, p50", \
  "" using 1:4 with linespoints lc rgb "#e67e22" lw 2 pt 7 ps 0.7 title "p99"
