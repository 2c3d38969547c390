;; Inner products of one query with rows of f32, all in one memory that threads share.
;; Addresses and strides are bytes; a stride is a multiple of 16, padding is zeros.
;; The order of additions is fixed (4 accumulators of 4 lanes), so equal inputs give equal bits
;; in both kernels and in script-kernels.ts.
(module
  (import "dot" "memory" (memory 1 65536 shared))

  (func $dot (param $query i32) (param $row i32) (param $stride i32) (result f32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $end i32) (local $end64 i32)
    (local.set $end (i32.add (local.get $query) (local.get $stride)))
    (local.set $end64
      (i32.add (local.get $query) (i32.and (local.get $stride) (i32.const -64))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $query) (local.get $end64)))
        (local.set $a (f32x4.add (local.get $a)
          (f32x4.mul (v128.load (local.get $query)) (v128.load (local.get $row)))))
        (local.set $b (f32x4.add (local.get $b)
          (f32x4.mul (v128.load offset=16 (local.get $query)) (v128.load offset=16 (local.get $row)))))
        (local.set $c (f32x4.add (local.get $c)
          (f32x4.mul (v128.load offset=32 (local.get $query)) (v128.load offset=32 (local.get $row)))))
        (local.set $d (f32x4.add (local.get $d)
          (f32x4.mul (v128.load offset=48 (local.get $query)) (v128.load offset=48 (local.get $row)))))
        (local.set $query (i32.add (local.get $query) (i32.const 64)))
        (local.set $row (i32.add (local.get $row) (i32.const 64)))
        (br $next)))
    ;; What is left of a stride that is no multiple of 64.
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $query) (local.get $end)))
        (local.set $a (f32x4.add (local.get $a)
          (f32x4.mul (v128.load (local.get $query)) (v128.load (local.get $row)))))
        (local.set $query (i32.add (local.get $query) (i32.const 16)))
        (local.set $row (i32.add (local.get $row) (i32.const 16)))
        (br $next)))
    (local.set $a (f32x4.add
      (f32x4.add (local.get $a) (local.get $b))
      (f32x4.add (local.get $c) (local.get $d))))
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $a)) (f32x4.extract_lane 1 (local.get $a)))
      (f32.add (f32x4.extract_lane 2 (local.get $a)) (f32x4.extract_lane 3 (local.get $a)))))

  ;; scores[i] = query · rows[ids[i]], i < count
  (func (export "gather")
    (param $query i32) (param $rows i32) (param $stride i32)
    (param $ids i32) (param $count i32) (param $scores i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $ids) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $ids) (local.get $end)))
        (f32.store (local.get $scores)
          (call $dot
            (local.get $query)
            (i32.add (local.get $rows) (i32.mul (i32.load (local.get $ids)) (local.get $stride)))
            (local.get $stride)))
        (local.set $ids (i32.add (local.get $ids) (i32.const 4)))
        (local.set $scores (i32.add (local.get $scores) (i32.const 4)))
        (br $next))))

  ;; scores[i] = query · rows[i], i < count
  (func (export "scan")
    (param $query i32) (param $rows i32) (param $stride i32)
    (param $count i32) (param $scores i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $scores) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $scores) (local.get $end)))
        (f32.store (local.get $scores)
          (call $dot (local.get $query) (local.get $rows) (local.get $stride)))
        (local.set $rows (i32.add (local.get $rows) (local.get $stride)))
        (local.set $scores (i32.add (local.get $scores) (i32.const 4)))
        (br $next))))

  ;; The indexes i < count with scores[i] >= least, ascending; returns how many. `count` is a multiple of 4.
  ;; Writes one index past the last, so `ids` needs room for count + 1.
  (func (export "collect")
    (param $scores i32) (param $count i32) (param $least f32) (param $ids i32) (result i32)
    (local $i i32) (local $first i32) (local $bound v128)
    (local.set $first (local.get $ids))
    (local.set $bound (f32x4.splat (local.get $least)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $count)))
        (if (v128.any_true (f32x4.ge (v128.load (local.get $scores)) (local.get $bound)))
          (then
            (local.set $ids
              (call $keep (local.get $ids) (local.get $i) (local.get $scores) (local.get $least)))
            (local.set $ids
              (call $keep (local.get $ids) (i32.add (local.get $i) (i32.const 1))
                (i32.add (local.get $scores) (i32.const 4)) (local.get $least)))
            (local.set $ids
              (call $keep (local.get $ids) (i32.add (local.get $i) (i32.const 2))
                (i32.add (local.get $scores) (i32.const 8)) (local.get $least)))
            (local.set $ids
              (call $keep (local.get $ids) (i32.add (local.get $i) (i32.const 3))
                (i32.add (local.get $scores) (i32.const 12)) (local.get $least)))))
        (local.set $i (i32.add (local.get $i) (i32.const 4)))
        (local.set $scores (i32.add (local.get $scores) (i32.const 16)))
        (br $next)))
    (i32.shr_u (i32.sub (local.get $ids) (local.get $first)) (i32.const 2)))

  ;; Stores the index without a branch; the returned address moves on only where the score is kept.
  (func $keep (param $ids i32) (param $i i32) (param $score i32) (param $least f32) (result i32)
    (i32.store (local.get $ids) (local.get $i))
    (i32.add (local.get $ids)
      (i32.shl (f32.ge (f32.load (local.get $score)) (local.get $least)) (i32.const 2)))))
